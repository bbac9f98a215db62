import { InvalidArgumentError } from 'commander';

/** Of an option: where a gateway is, as scheme, host and port. */
export function gatewayUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Socket.IO would take a path for a namespace, and there is only one.
  if (url && /^https?:$/.test(url.protocol) && text.replace(/\/$/, '') === url.origin) return url.origin;
  throw new InvalidArgumentError('Allowed is http://host:port or https://host:port, without a path.');
}
