import { CopyButton } from './copy-button.tsx';

/** Text as it is, to be read and taken away. */
export function TextBlock({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div class="text-block">
      <pre>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}
