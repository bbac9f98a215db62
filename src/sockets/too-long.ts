/** Of a websocket that ws has closed, with 1009, for a message that is too long: its error says so, in words only. */
export function isTooLong(details: unknown): boolean {
  return details instanceof Error && details.message.includes('Max payload size exceeded');
}
