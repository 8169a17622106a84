import { useEffect, useState } from 'react';

type Theme = 'system' | 'light' | 'dark';
const place = 'patchbay.theme';

function keptTheme(): Theme {
  const kept = localStorage.getItem(place);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Light or dark, by default as the system has it. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(keptTheme);
  useEffect(() => {
    if (theme === 'system') {
      localStorage.removeItem(place);
      delete document.documentElement.dataset['theme'];
    } else {
      localStorage.setItem(place, theme);
      document.documentElement.dataset['theme'] = theme;
    }
    // Charts are drawn, not styled: they look at the colours again.
    window.dispatchEvent(new Event('patchbay-theme'));
  }, [theme]);
  return (
    <label>
      <span className="hidden-visually">Colours</span>
      <select value={theme} onChange={(event) => setTheme(event.target.value as Theme)}>
        <option value="system">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}
