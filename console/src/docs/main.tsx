import { render } from 'preact';
import { Access } from '../admin/access.tsx';
import { DocsPage } from './docs-page.tsx';

render(<Access title="Gateway events">{(api, leave) => <DocsPage api={api} leave={leave} />}</Access>, document.body);
