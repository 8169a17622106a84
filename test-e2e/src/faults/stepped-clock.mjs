// Loaded into a service before anything else (`--import`): lets a test step its wall clock, as an NTP correction would.
// SIGUSR2 steps it by PATCHBAY_TEST_CLOCK_STEP_MS. Monotonic clocks are left alone, as a step leaves them.
const stepMs = Number(process.env.PATCHBAY_TEST_CLOCK_STEP_MS);
const RealDate = globalThis.Date;
let offsetMs = 0;

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offsetMs);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
};

process.on('SIGUSR2', () => {
  offsetMs += stepMs;
});
