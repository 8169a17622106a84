import { type Check, fail, NotSeen, ok } from '../check.ts';

export const vaultKeys: Check = {
  id: 'vault-keys',
  title: 'The vault’s root key is in a key service, but for trying out',
  means: 'Whoever copies the disk has the root key with what it protects: every credential of every tenant.',
  fix: 'Set PATCHBAY_MODE=production, PATCHBAY_KMS_PROVIDER=aws-kms and PATCHBAY_KMS_KEY_ID, then patchbay vault rewrap.',
  async look(examination) {
    const vaults = (await examination.services()).filter(
      ({ service, report }) => service === 'vault' && report !== null,
    );
    if (vaults.length === 0) throw new NotSeen('no vault answers');
    const exposed = await examination.exposed();
    return vaults.map(({ name, report }) => {
      const text = `${report?.key_service === 'local' ? 'a key file' : 'AWS KMS'}, mode ${report?.mode}`;
      const forTrying = report?.key_service === 'local' || report?.mode === 'development';
      if (!forTrying) return ok(text, name);
      return exposed
        ? fail(`${text}, and other machines reach this installation`, { about: name })
        : ok(`${text}, on the loopback only`, name);
    });
  },
};
