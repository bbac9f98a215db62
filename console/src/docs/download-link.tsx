import { useEffect, useState } from 'preact/hooks';
import type { AsyncapiDocument } from './asyncapi-document.ts';

/** Not a link to the API: following one sends no token. */
export function DownloadLink({ asyncapi }: { readonly asyncapi: AsyncapiDocument }) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([JSON.stringify(asyncapi, undefined, 2)], { type: 'application/json' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [asyncapi]);
  return (
    <a href={url} download="asyncapi.json">
      Download the AsyncAPI document (JSON)
    </a>
  );
}
