/** Bootstrap cannot go on. The message is one sentence on what failed and one on what to do next; `details` come before. */
export class BootstrapFailure extends Error {
  constructor(message, details = '') {
    super(message);
    this.name = 'BootstrapFailure';
    this.details = details;
  }
}
