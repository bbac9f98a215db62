// Loaded into a server whose memory is measured, beside --expose-gc: collects garbage when asked to. As the last resort, V8
// gives free pages back too; after an ordinary collection it keeps some hundred megabytes of them for the young generation,
// more or fewer by what was allocated before.
process.on('SIGUSR2', () => globalThis.gc?.({ execution: 'sync', type: 'major', flavor: 'last-resort' }));
