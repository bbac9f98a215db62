const CA_FILE = 'REDIS_TLS_CA_FILE names the certificate to trust, of an authority or of a self-signed server';

/** Forms that other programs accept. Problems do not repeat the text: it may hold a password. */
const FOREIGN_FORMS: readonly (readonly [form: RegExp, advice: string])[] = [
  [/^["']/, 'it is in quotes; remove them'],
  [/^\$|\$\{|\{\{|^<.*>$/, 'it is a placeholder that no tool has filled'],
  [/^(unix|file|rediss?[+-](unix|socket)):|^[/~]|^\.\.?\//i, 'socket files are not supported, write host and port'],
  [/^valkeys:/i, 'valkeys:// is written rediss:// here'],
  [/^valkey:/i, 'valkey:// is written redis:// here'],
  [/^valkeys?[+-]/i, 'valkey is written redis here'],
  [/^rediss-sentinel:/i, 'rediss-sentinel:// is written rediss+sentinel:// here'],
  [/^(redis-)?sentinels?:/i, 'redis-sentinel:// is written redis+sentinel:// here'],
  [/^rediss-cluster:/i, 'rediss-cluster:// is written rediss+cluster:// here'],
  [/^(redis-)?cluster:/i, 'redis-cluster:// is written redis+cluster:// here'],
  [/^(tls|redis[+-](tls|ssl)):/i, 'TLS is written rediss:// here'],
  [/^(tcp|https?|redis[+-]tcp):/i, 'the scheme is redis://, or rediss:// for TLS'],
  [/,\s*(ssl|password|abortconnect)=/i, 'a connection string of StackExchange.Redis is no URL'],
  [/^(?!rediss?[+:])[Rr][Ee][Dd][Ii][Ss]{1,2}(\+\w+)?:/, 'the scheme is written in lower case'],
  [/\s/, 'it holds a space or a line end'],
  [/^(\[[\da-f:.]+\]|[\w.-]+)(:\d+)?(\/\d*)?$/i, 'the scheme is missing, put redis:// in front, or rediss:// for TLS'],
];

/** Options in the query of a URL, and what to write instead. */
const FOREIGN_OPTIONS: readonly (readonly [option: RegExp, advice: string])[] = [
  [
    /^(ssl_cert_reqs|ssl_check_hostname|ssl_verify|verify|verify_mode|insecure|skip_verify|tls_?insecure\w*|rejectunauthorized|tls\.rejectunauthorized|verifypeer|allowinvalidcertificates)$/i,
    `the certificate is always checked; ${CA_FILE}`,
  ],
  [/^(ssl_ca_certs|ssl_ca_path|ssl_ca_data|ca|cacert|cafile|tls_?ca\w*|cacertfile)$/i, CA_FILE],
  [
    /^(ssl_certfile|ssl_keyfile|cert|key|certfile|keyfile|tls_?cert\w*|tls_?key\w*)$/i,
    'REDIS_TLS_CLIENT_CERT_FILE and REDIS_TLS_CLIENT_KEY_FILE name the client certificate',
  ],
  [/^(ssl|tls|use_?ssl|use_?tls)$/i, 'TLS is written rediss:// in place of redis://'],
  [
    /^(family|ipv6|addressfamily)$/i,
    'the host decides the address family: a name may resolve to either, and [::1] is IPv6',
  ],
  [/^(db|database|dbid|virtual_host)$/i, 'the database comes after the host, as in redis://host/1'],
  [/^(password|username|user|auth|pass)$/i, 'user and password come before the host, as in redis://user:password@host'],
  [/^(sentinel\w*|master\w*|service_?name)$/i, 'sentinels are written redis+sentinel://host1,host2/name-of-master'],
  [/^(cluster|cluster_?mode)$/i, 'a cluster is written redis+cluster://host1,host2'],
  [/^(protocol|prot|resp)$/i, 'the protocol version is not an option'],
];

/** Returns the problem of a URL that another program would accept; undefined where no rule matches. */
export function foreignFormAdvice(text: string): string | undefined {
  return FOREIGN_FORMS.find(([form]) => form.test(text))?.[1];
}

/** Returns what to write in place of options in the query. @param taken options that this form accepts. */
export function foreignOptionAdvice(query: string, taken: readonly string[] = []): string {
  const names = query.split('&').map((item) => item.split('=', 1)[0] ?? '');
  const advices = names
    .filter((name) => !taken.includes(name))
    .map((name) => FOREIGN_OPTIONS.find(([option]) => option.test(name))?.[1]);
  const known = new Set(advices.filter((advice) => advice !== undefined));
  const rule = `after ? comes ${taken.length === 0 ? 'nothing' : `${taken.join(' and ')}, once each and not empty`}`;
  return [rule, ...known].join('; ');
}
