// `npm run console:screenshots`: starts Patchbay with a little of everything, and takes docs/console/*.png of every page.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openPage } from './open-page.ts';
import { pagesOf } from './pages.ts';
import { seed } from './seed.ts';
import { startStage } from './stage.ts';

const directory = process.argv[2] ?? fileURLToPath(new URL('../../../docs/console', import.meta.url));
const looks = [
  { suffix: '', width: 1_600, height: 1_000, colorScheme: 'light' },
  { suffix: '-400-dark', width: 400, height: 900, colorScheme: 'dark' },
] as const;

mkdirSync(directory, { recursive: true });
const stage = await startStage();
try {
  const pages = pagesOf(await seed(stage));
  for (const { suffix, ...look } of looks) {
    const page = await stage.signedIn(look);
    for (const one of pages) {
      await openPage(page, one);
      if (one.name === 'playground') {
        await page.getByRole('button', { name: 'Dry run' }).click();
        await page.getByRole('heading', { name: 'Request that the service would get' }).waitFor();
      }
      await page.screenshot({ path: `${directory}/${one.name}${suffix}.png` });
    }
    await page.close();
  }
} finally {
  await stage.stop();
}
