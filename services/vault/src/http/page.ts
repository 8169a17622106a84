/** What somebody who connects is told. Fixed texts: nothing of a request stands in a page. */
const texts = {
  connected: ['Connected', 'You can close this page and go on where you were.'],
  declined: ['Not connected', 'You said no, so nothing was connected. Follow the link again if you change your mind.'],
  failed: ['Not connected', 'Something went wrong on the way. Ask for a new link and try again.'],
  refused: [
    'This page is not valid',
    'It was used already, is too old, or belongs to another browser. Ask for a new link.',
  ],
  gone: ['This link is not valid', 'It is too old, or not complete. Ask for a new one.'],
  done: ['This link was used', 'A link works once. Ask for a new one if you have to connect again.'],
} as const;

export function page(what: keyof typeof texts): string {
  const [title, text] = texts[what];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto 0; padding: 0 1.5rem; color: #1c1c1c; background: #fff }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #161616 } }
</style>
</head>
<body><main><h1>${title}</h1><p>${text}</p></main></body>
</html>
`;
}
