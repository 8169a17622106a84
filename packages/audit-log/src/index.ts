export {
  type AuditEntry,
  type AuditRecorder,
  type AuditRecorderOptions,
  createAuditRecorder,
} from './audit-recorder.ts';
export { type AuditProducer, auditMac, type MacVerdict, verifyAuditMac } from './mac.ts';
export {
  canonicalSubject,
  erasedMarkOf,
  isContact,
  subjectToken,
  subjectTokens,
} from './personal-identifiers.ts';
export { type RecordOrigin, recordVersion, toRecord } from './records/to-record.ts';
