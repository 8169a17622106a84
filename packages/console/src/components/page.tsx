import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation } from 'react-router';

interface Given {
  readonly title: string;
  readonly about?: ReactNode;
  /** Links back to where it belongs. */
  readonly crumb?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page with its heading, to which the focus goes, so that who hears the page knows where they are. */
export function Page({ title, about, crumb, actions, children }: Given) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { key } = useLocation();
  // Not on the page that one begins with: there the way begins at the top.
  const first = useRef(key === 'default');
  useEffect(() => {
    if (!first.current) heading.current?.focus();
  }, []);
  return (
    <>
      <title>{`${title} · Patchbay`}</title>
      <div className="page-head">
        <div>
          {crumb !== undefined && (
            <nav className="crumb" aria-label="Where this page belongs">
              {crumb}
            </nav>
          )}
          <h1 tabIndex={-1} ref={heading}>
            {title}
          </h1>
          {about !== undefined && <p>{about}</p>}
        </div>
        {actions !== undefined && <div className="row">{actions}</div>}
      </div>
      <div className="stack">{children}</div>
    </>
  );
}
