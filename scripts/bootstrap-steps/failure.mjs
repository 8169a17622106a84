/** Bootstrap cannot go on. The message is one sentence on what failed and one on what to do next. */
export class BootstrapFailure extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = 'BootstrapFailure';
  }
}
