import { useEffect, useState } from 'react';
import { Link, NavLink, Outlet, useLocation } from 'react-router';
import { Empty } from '../components/empty.tsx';
import { useSession } from '../session/session-context.tsx';
import { allPlaces, places } from './places.ts';
import { Shortcuts } from './shortcuts.tsx';
import { TenantChoice } from './tenant-choice.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

/** What stands around every page: who is in, where one can go, and how. */
export function Shell() {
  const { me, may, signOut, tenant } = useSession();
  const [menu, setMenu] = useState(false);
  const [help, setHelp] = useState(false);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu
  useEffect(() => setMenu(false), [pathname]);
  const place = allPlaces.find(({ path }) => (path === '/' ? pathname === '/' : pathname.startsWith(path)));
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="topbar">
        <button
          type="button"
          className="menu-button"
          aria-expanded={menu}
          aria-controls="menu"
          onClick={() => setMenu(!menu)}
        >
          Menu
        </button>
        <Link className="brand" to="/">
          <img src="/console/icon.svg" alt="" width="24" height="24" />
          Patchbay
        </Link>
        <span className="spring" />
        <TenantChoice />
        <ThemeSwitch />
        <button type="button" className="wide-only" onClick={() => setHelp(true)}>
          Shortcuts <kbd>?</kbd>
        </button>
        <span className="muted wide-only">{me.tenant === '_platform' ? 'platform operator' : me.role}</span>
        <button type="button" onClick={signOut}>
          Sign out
        </button>
      </header>
      <nav className="sidebar" id="menu" data-open={menu} aria-label="Pages">
        {places.map(({ group, places: members }) => {
          const seen = members.filter(({ scope }) => scope === null || may(scope));
          if (seen.length === 0) return null;
          return (
            <div key={group}>
              <h2>{group}</h2>
              <ul>
                {seen.map(({ path, name }) => (
                  <li key={path}>
                    <NavLink to={path} end={path === '/'}>
                      {name}
                    </NavLink>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </nav>
      <main className="main" id="main" tabIndex={-1}>
        {place?.ofTenant && tenant === null ? (
          <Empty title="Whose?" next="Choose a tenant at the top: this page is about one." />
        ) : (
          <Outlet key={tenant} />
        )}
      </main>
      <Shortcuts open={help} setOpen={setHelp} />
    </div>
  );
}
