import type { ComponentChildren } from 'preact';

interface PageTopProps {
  readonly title: string;
  readonly leave: (() => void) | undefined;
  /** Links. */
  readonly children: ComponentChildren;
}

export function PageTop({ title, leave, children }: PageTopProps) {
  return (
    <header class="top">
      <h1>{title}</h1>
      <nav aria-label="Parts of this page">{children}</nav>
      {leave && (
        <button type="button" onClick={leave}>
          Forget the admin token
        </button>
      )}
    </header>
  );
}
