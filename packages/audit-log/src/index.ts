export {
  type AuditDraft,
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
export { openPersonalKeys, type PersonalKeys, type PersonalKeysOptions } from './personal-keys.ts';
export { type PersonalEntry, type PersonalRecorder, withTokens } from './personal-recorder.ts';
export { createRecordedLooks, type Look, type RecordedLooks } from './recorded-looks.ts';
export { originOf, type RecordOrigin, recordVersion, toOcsf, toRecord } from './records/to-record.ts';
export { openPersonal, type PersonalValues, sealPersonal, sha256Of } from './sealed-personal.ts';
