import { get, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import type { FeedLine } from '../../src/admin/api.ts';

export interface TestFeed {
  readonly response: IncomingMessage;
  /** The next line, read already or yet to come; nothing once the feed has ended. */
  next(): Promise<FeedLine | undefined>;
}

/** Reads `/admin/feed`, as soon as it is asked to. */
export async function readFeed(url: string, query = '', headers: Record<string, string> = {}): Promise<TestFeed> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = get(`${url}/admin/feed${query}`, { agent: false, headers }, resolve);
    request.on('error', reject);
    onTestFinished(() => void request.destroy());
  });
  const lines = linesOf(response);
  return {
    response,
    async next() {
      const { value } = await lines.next();
      return value;
    },
  };
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<FeedLine, undefined> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk);
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const parsed: FeedLine = JSON.parse(line);
      yield parsed;
    }
  }
  return undefined;
}
