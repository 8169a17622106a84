import { Command } from 'commander';
import { addApprovals } from './commands/approvals/add-approvals.ts';
import { addAuditProofs } from './commands/audit/add-audit-proofs.ts';
import { addAuditExport, addAuditExports } from './commands/audit/audit-export.ts';
import { addAuditReveal } from './commands/audit/audit-reveal.ts';
import { addHold } from './commands/audit/hold.ts';
import { addRetention } from './commands/audit/retention.ts';
import { addSiem } from './commands/audit/siem.ts';
import { addAuditQuery } from './commands/audit-query.ts';
import { addAuditTail } from './commands/audit-tail.ts';
import { addBackup } from './commands/backup/add-backup.ts';
import { addCircuits } from './commands/circuits.ts';
import { addComplete } from './commands/complete.ts';
import { addCompletion } from './commands/completion.ts';
import { addCompliance } from './commands/compliance/add-compliance.ts';
import { addConnectionsAdd } from './commands/connections-add.ts';
import { addConnectionsConnect } from './commands/connections-connect.ts';
import { addConnectionsList } from './commands/connections-list.ts';
import { addConnectionsRemove } from './commands/connections-remove.ts';
import { addConnectionsRotate } from './commands/connections-rotate.ts';
import { addConnectionsTest } from './commands/connections-test.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExec } from './commands/exec.ts';
import { addExecutionsUnknown } from './commands/executions-unknown.ts';
import { addIntegrationsDeprecate } from './commands/integrations-deprecate.ts';
import { addIntegrationsDiff } from './commands/integrations-diff.ts';
import { addIntegrationsFolder } from './commands/integrations-folder.ts';
import { addIntegrationsImportCurl } from './commands/integrations-import-curl.ts';
import { addIntegrationsImportMcp } from './commands/integrations-import-mcp.ts';
import { addIntegrationsImportOpenApi } from './commands/integrations-import-openapi.ts';
import { addIntegrationsImportPostman } from './commands/integrations-import-postman.ts';
import {
  addIntegrationsDefault,
  addIntegrationsInstall,
  addIntegrationsUninstall,
} from './commands/integrations-install.ts';
import { addIntegrationsLint } from './commands/integrations-lint.ts';
import { addIntegrationsList } from './commands/integrations-list.ts';
import { addIntegrationsPin, addIntegrationsRollback, addIntegrationsUnpin } from './commands/integrations-pin.ts';
import { addIntegrationsPublish } from './commands/integrations-publish.ts';
import { addIntegrationsRetire } from './commands/integrations-retire.ts';
import { addIntegrationsShow } from './commands/integrations-show.ts';
import { addIssuers } from './commands/issuers/add-issuers.ts';
import { addKeys } from './commands/keys/add-keys.ts';
import { addLoad } from './commands/load.ts';
import { addMcp } from './commands/mcp.ts';
import { addOAuthRemoveClient } from './commands/oauth-remove-client.ts';
import { addOAuthSetClient } from './commands/oauth-set-client.ts';
import { addPlan } from './commands/plan.ts';
import { addPolicies } from './commands/policies/add-policies.ts';
import { addPrivacy } from './commands/privacy/add-privacy.ts';
import { addResult } from './commands/result.ts';
import { addStats } from './commands/stats.ts';
import { addSubjects } from './commands/subjects/add-subjects.ts';
import { addSubmissionsDrop } from './commands/submissions-drop.ts';
import { addSubmissionsList } from './commands/submissions-list.ts';
import { addSubmissionsReplay } from './commands/submissions-replay.ts';
import { addSubmissionsShow } from './commands/submissions-show.ts';
import { addSubmit } from './commands/submit.ts';
import { addSubmitPlan } from './commands/submit-plan.ts';
import { addTenants } from './commands/tenants/add-tenants.ts';
import { addToolsExport } from './commands/tools-export.ts';
import { addToolsList } from './commands/tools-list.ts';
import { addToolsSearch } from './commands/tools-search.ts';
import { addToolsShow } from './commands/tools-show.ts';
import { addToolsets } from './commands/toolsets/add-toolsets.ts';
import { addUp } from './commands/up.ts';
import { addVaultEraseConnection } from './commands/vault-erase-connection.ts';
import { addVaultEraseTenant } from './commands/vault-erase-tenant.ts';
import { addVaultJobs } from './commands/vault-jobs.ts';
import { addVaultRewrap } from './commands/vault-rewrap.ts';
import { addVaultRotateTenantKey } from './commands/vault-rotate-tenant-key.ts';
import { addVoice } from './commands/voice/add-voice.ts';
import { addWarm } from './commands/warm.ts';
import { addWebhooks } from './commands/webhooks/add-webhooks.ts';
import { addGlobalOptions, defineGroup, type Run } from './define-command.ts';
import { exitCodeHelp } from './exit-codes.ts';

const version = '0.1.0';

/** The whole command tree. */
export function createProgram(run: Run): Command {
  const program = new Command('patchbay')
    .description(
      'Patchbay: tools for voice agents. Start it, call its tools, manage what they reach, read the audit log.',
    )
    .version(version, '-V, --version', 'print the version')
    .enablePositionalOptions()
    .helpCommand('help [command]', 'print the help of a command');
  addGlobalOptions(program);
  program.addHelpText('after', `\n${exitCodeHelp}`);

  addUp(program, run);
  addDoctor(program, run);
  addBackup(program, run);
  addDemo(program, run);
  addExec(program, run);
  addStats(program, run);
  addSubmit(program, run);
  addSubmitPlan(program, run);
  addResult(program, run);
  addWarm(program, run);
  addPlan(program, run);
  addMcp(program, run);
  addLoad(program, run);

  const tools = defineGroup(program, 'tools', 'Find tools and look at them');
  addToolsList(tools, run);
  addToolsSearch(tools, run);
  addToolsShow(tools, run);
  addToolsExport(tools, run);

  const integrations = defineGroup(program, 'integrations', 'Publish and check the documents that tools come from');
  addIntegrationsPublish(integrations, run);
  addIntegrationsLint(integrations, run);
  addIntegrationsImportOpenApi(integrations, run);
  addIntegrationsImportPostman(integrations, run);
  addIntegrationsImportCurl(integrations, run);
  addIntegrationsImportMcp(integrations, run);
  addIntegrationsList(integrations, run);
  addIntegrationsShow(integrations, run);
  addIntegrationsRetire(integrations, run);
  for (const add of [
    addIntegrationsFolder,
    addIntegrationsDiff,
    addIntegrationsPin,
    addIntegrationsUnpin,
    addIntegrationsRollback,
    addIntegrationsDeprecate,
    addIntegrationsInstall,
    addIntegrationsUninstall,
    addIntegrationsDefault,
  ])
    add(integrations, run);

  addToolsets(program, run);
  addVoice(program, run);

  const connections = defineGroup(program, 'connections', "Manage a tenant's connections to integrations");
  addConnectionsAdd(connections, run);
  addConnectionsConnect(connections, run);
  addConnectionsList(connections, run);
  addConnectionsTest(connections, run);
  addConnectionsRotate(connections, run);
  addConnectionsRemove(connections, run);

  const oauth = defineGroup(program, 'oauth', 'Manage the apps that OAuth vendors know you by');
  addOAuthSetClient(oauth, run);
  addOAuthRemoveClient(oauth, run);

  const executions = defineGroup(program, 'executions', 'Look after executions that did not end as they should');
  addExecutionsUnknown(executions, run);

  const submissions = defineGroup(
    program,
    'submissions',
    'Look after submissions that were given up: the dead letters',
  );
  addSubmissionsList(submissions, run);
  addSubmissionsShow(submissions, run);
  addSubmissionsReplay(submissions, run);
  addSubmissionsDrop(submissions, run);

  addWebhooks(program, run);

  addKeys(program, run);
  addIssuers(program, run);
  addTenants(program, run);

  const vault = defineGroup(program, 'vault', 'Look after the keys that credentials are encrypted under');
  addVaultRotateTenantKey(vault, run);
  addVaultRewrap(vault, run);
  addVaultEraseTenant(vault, run);
  addVaultEraseConnection(vault, run);
  addVaultJobs(vault, run);

  addPolicies(program, run);
  addApprovals(program, run);
  addPrivacy(program, run);

  const audit = defineGroup(program, 'audit', 'Read the audit log, keep it and hand it out');
  addAuditTail(audit, run);
  addAuditQuery(audit, run);
  addAuditReveal(audit, run);
  addAuditProofs(audit, run);
  for (const add of [addAuditExport, addAuditExports, addRetention, addHold, addSiem]) add(audit, run);
  addCompliance(program, run);

  addSubjects(program, run);

  addCircuits(program, run);
  addCompletion(program, run);
  addComplete(program, run);
  return program;
}
