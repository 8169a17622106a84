import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';

interface Notices {
  /** Shows a line for a while, and has screen readers say it. */
  readonly say: (text: string) => void;
}

const NoticesContext = createContext<Notices>({ say: () => {} });
export const useNotices = () => useContext(NoticesContext);

const shownMs = 7_000;

export function NoticesProvider({ children }: { readonly children: ReactNode }) {
  const [notices, setNotices] = useState<readonly { id: number; text: string }[]>([]);
  const last = useRef(0);
  const say = useCallback((text: string) => {
    last.current += 1;
    const id = last.current;
    setNotices((before) => [...before.slice(-3), { id, text }]);
    setTimeout(() => setNotices((before) => before.filter((one) => one.id !== id)), shownMs);
  }, []);
  const value = useMemo(() => ({ say }), [say]);
  return (
    <NoticesContext value={value}>
      {children}
      <div className="notices" role="status" aria-live="polite">
        {notices.map(({ id, text }) => (
          <p className="notice" key={id}>
            {text}
          </p>
        ))}
      </div>
    </NoticesContext>
  );
}
