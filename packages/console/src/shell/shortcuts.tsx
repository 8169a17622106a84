import { useEffect, useRef } from 'react';
import { useNavigate } from 'react-router';
import { Dialog } from '../components/dialog.tsx';
import { allPlaces } from './places.ts';

/** Milliseconds in which the second key of a pair must follow. */
const pairMs = 1_200;

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Keys that work everywhere but in fields, and the dialog that lists them. */
export function Shortcuts({ open, setOpen }: { readonly open: boolean; readonly setOpen: (open: boolean) => void }) {
  const navigate = useNavigate();
  const first = useRef(0);
  useEffect(() => {
    function pressed(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      if (event.key === '?') return setOpen(true);
      if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('input[type="search"]');
        if (search !== null) {
          event.preventDefault();
          search.focus();
        }
        return;
      }
      if (event.key === 'g') {
        first.current = performance.now();
        return;
      }
      if (performance.now() - first.current > pairMs) return;
      first.current = 0;
      const place = allPlaces.find(({ key }) => key === event.key);
      if (place !== undefined) navigate(place.path);
    }
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [navigate, setOpen]);

  return (
    <Dialog open={open} onClose={() => setOpen(false)} title="Keyboard shortcuts">
      <table>
        <thead>
          <tr>
            <th scope="col">Keys</th>
            <th scope="col">What they do</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>
              <kbd>?</kbd>
            </td>
            <td>Show this list</td>
          </tr>
          <tr>
            <td>
              <kbd>/</kbd>
            </td>
            <td>Go to the page’s search</td>
          </tr>
          {allPlaces.map(({ key, name }) => (
            <tr key={key}>
              <td>
                <kbd>g</kbd> <kbd>{key}</kbd>
              </td>
              <td>Go to {name}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
