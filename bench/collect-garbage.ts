// Loaded into a server whose memory is measured, beside --expose-gc: collects garbage when asked to.
process.on('SIGUSR2', () => globalThis.gc?.());
