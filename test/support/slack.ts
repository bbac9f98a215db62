/**
 * Milliseconds that a test on two busy cores may take beyond the time that is promised. A bound on a time is written as
 * `promised + SLACK_MS`.
 */
export const SLACK_MS = 3000;
