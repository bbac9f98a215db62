/** Creates a function that runs tasks one after the other; a task also starts when the one before has failed. */
export function createSerial(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const running = last.then(task, task);
    last = running;
    return running;
  };
}
