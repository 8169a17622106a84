import { Link } from 'react-router';
import { Empty } from '../components/empty.tsx';
import { Page } from '../components/page.tsx';

export function NotFoundPage() {
  return (
    <Page title="No such page">
      <Empty title="There is nothing at this address" next="The link may be old, or mistyped.">
        <Link className="button" to="/">
          Go to the overview
        </Link>
      </Empty>
    </Page>
  );
}
