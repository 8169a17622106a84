/** What anybody needs to write and to check a log, without a connection to anything. */
export { compareExports, type ExportComparison } from './compare-exports.ts';
export { type ExportHeader, type ExportLine, exportFormat, leavesPerLine, parseExportLine } from './export-format.ts';
export { ExportLeaves } from './export-leaves.ts';
export { CompactRange } from './merkle/compact-range.ts';
export { emptyRoot, hashBytes, leafHash, nodeHash } from './merkle/hashes.ts';
export { consistencyRanges, inclusionRanges, type LeafRange, subtreeHash } from './merkle/proof-ranges.ts';
export {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from './merkle/verify-proof.ts';
export {
  type Checkpoint,
  formatCheckpoint,
  logOrigin,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  type TreeHead,
} from './note/checkpoint.ts';
export { localSigningKey, newSigningKeyPem, readSigningKey, type SigningKey, signText } from './note/note-signer.ts';
export {
  formatNote,
  maxNoteBytes,
  type NoteSignature,
  type NoteVerdict,
  parseNote,
  parseSignatureLine,
  type SignedNote,
  verifyNote,
} from './note/signed-note.ts';
export { formatVerifierKey, parseVerifierKey, type VerifierKey, verifierKey } from './note/verifier-key.ts';
export { originOf, type RecordOrigin, recordVersion, toOcsf, toRecord } from './records/to-record.ts';
export {
  type ExportProblem,
  type ExportProblemKind,
  type ExportVerdict,
  maxListedProblems,
} from './verify-export/verdict.ts';
export { defaultToleranceMs, type VerifyExportOptions, verifyExport } from './verify-export/verify-export.ts';
export { formatAddCheckpoint } from './witness/add-checkpoint-request.ts';
export { addCheckpointUrl, askWitness, type WitnessReply } from './witness/ask-witness.ts';
export { type FileWitnessStore, openFileWitnessStore, originHash } from './witness/file-witness-store.ts';
export { type CosignatureAnswer, type CosignatureRequest, requestCosignature } from './witness/request-cosignature.ts';
export {
  createWitness,
  type Witness,
  type WitnessAnswer,
  type WitnessOptions,
  type WitnessStore,
} from './witness/witness.ts';
export { startWitnessServer, type WitnessServer, type WitnessServerOptions } from './witness/witness-server.ts';
export { type ExportEntry, ExportInconsistent, type ExportSource, writeExport } from './write-export.ts';
