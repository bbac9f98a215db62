import { startSampleAuthService } from '../../src/auth/sample-service.ts';

/** `user-7.anything` is a token of user 7: as many users as a crowd needs, and as many tokens of each. */
class UserByToken extends Map<string, string> {
  override get(token: string): string | undefined {
    return /^user-([1-9]\d*)\.\w+$/.exec(token)?.[1];
  }
}

await startSampleAuthService(new UserByToken(), process.argv[2]);
process.stdout.write('ready\n');
