/**
 * What a witness signs of a checkpoint's text at a time in POSIX seconds (C2SP tlog-cosignature, cosignature/v1). The first line
 * keeps it from being taken for a note that the witness wrote itself.
 */
export function cosignedMessage(text: string, time: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
}
