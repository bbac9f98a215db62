import { render } from 'preact';
import { Access } from '../admin/access.tsx';
import { ConsolePage } from './console-page.tsx';

render(
  <Access title="Gateway console">{(api, leave) => <ConsolePage api={api} leave={leave} />}</Access>,
  document.body,
);
