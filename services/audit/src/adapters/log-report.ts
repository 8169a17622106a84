import type { Logger } from '@patchbay/service-kit';
import type { LogFault, LogReport } from '../operations/log/ports.ts';

const says: Record<LogFault, string> = {
  tree_damaged: 'Hashes of an audit log are missing or wrong',
  rewritten: 'An audit log does not go on from its last checkpoint',
  rolled_back: 'Checkpoints of an audit log are kept outside that the database does not have',
  forked: 'A checkpoint of another history of an audit log is kept outside',
};

/** Lines with `alert` are for alerting rules. */
export function createLogReport(log: Logger): LogReport {
  return {
    inconsistent: (tenant, what) =>
      log.error({ alert: 'audit_log_inconsistent', tenant, what }, `${says[what]}; none is signed until somebody acts`),
    signed: (tenant, size) => log.debug({ tenant, size }, 'A checkpoint was signed'),
    unwitnessed: (tenant, witness, err) => log.warn({ tenant, witness, err }, 'A witness did not sign a checkpoint'),
    unkept: (tenant, err) =>
      log.error(
        { alert: 'audit_checkpoint_unkept', tenant, err },
        'A checkpoint could not be kept outside; tried again',
      ),
    failed: (tenant, err) =>
      log.error({ alert: 'audit_checkpoint_unsigned', tenant, err }, 'A checkpoint could not be signed; tried again'),
  };
}
