import { InvalidArgumentError } from 'commander';

/** Of an option: where a gateway is, as scheme, host, port, and the prefix that a proxy takes away, if there is one. */
export function gatewayUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url && /^https?:$/.test(url.protocol) && !/[?#]/.test(text) && url.username === '' && url.password === '';
  if (isPlain) return url.origin + url.pathname.replace(/\/+$/, '');
  throw new InvalidArgumentError(
    'Allowed is http://host:port or https://host:port; behind a proxy that takes a prefix away, with that prefix.',
  );
}
