import type { IncomingMessage } from 'node:http';
import type { Authenticator } from '../../auth/authenticator.ts';
import type { Rejection, RejectionCode } from '../../auth/rejection.ts';
import type { ConnectEvents } from '../handshake/authenticate-connect.ts';
import type { AttachmentEvents } from './attachments.ts';
import type { IsTrustedProxy, Peer } from '../servers/client-address.ts';
import type { ClientEventEvents } from './client-events.ts';
import type { DisconnectEvents, DisconnectsOptions } from './disconnects.ts';
import type { LocalFanout } from '../fanout/fanout.ts';
import type { ClientHistory } from '../servers/client-history.ts';
import type { JoinLeaveEvents } from './join-leave.ts';
import type { HandshakeLimits } from '../handshake/handshake-limits.ts';
import type { ClaimAudience } from '../../config/routes/route-config.ts';
import type { UserIds } from '../../routes/user-id.ts';
import type { OriginOf } from '../servers/origin.ts';
import type { CookieTokensOf } from '../servers/token-cookie.ts';

export interface ConnectionEvents
  extends JoinLeaveEvents, ClientEventEvents, ConnectEvents, DisconnectEvents, AttachmentEvents {
  /** @param traceId trace id of the handshake, where it is recorded. */
  refused(rejection: Rejection, peer: Peer, traceId?: string): void;
}

/** Limits of clients; Infinity means none. */
export interface ClientLimits extends HandshakeLimits {
  readonly maxConnectionsPerUser: number;
  /** Seconds until a client must be accepted; 0 means no limit. */
  readonly handshakeTimeout: number;
  readonly maxClientPacketsPerSecond: number;
  readonly maxClientMessageBytes: number;
}

export interface ConnectionsOptions extends DisconnectsOptions {
  readonly authenticator: Authenticator;
  readonly originOf: OriginOf;
  readonly peerOf: (request: IncomingMessage) => Peer;
  readonly isTrustedProxy: IsTrustedProxy;
  readonly queryToken: boolean;
  /** Longest token, in characters. */
  readonly longestToken: number;
  readonly cookieTokensOf: CookieTokensOf;
  /** Returns why new connections are refused, if they are. */
  readonly closedBecause: () => RejectionCode | undefined;
  readonly limits: ClientLimits;
  readonly fanout: LocalFanout;
  readonly history: ClientHistory;
  readonly userIds: UserIds;
  /** Audiences of the plan in force that name a claim. */
  readonly audiences: () => readonly ClaimAudience[];
  readonly events: ConnectionEvents;
}
