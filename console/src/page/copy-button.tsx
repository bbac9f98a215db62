import { useState } from 'preact/hooks';

/** Not shown where the browser has no clipboard for the page: on plain http of another host. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [said, setSaid] = useState('Copy');
  if (!('clipboard' in navigator)) return null;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      setSaid('Not allowed');
    }
  };
  return (
    <button type="button" class="copy" onClick={() => void copy()}>
      {said}
      <span class="unseen"> {what}</span>
    </button>
  );
}
