const words = (text: string): string[] => text.trim().split(/\s+/)

/** Hosts that lead inside, as they are written in a URL. `at` is put behind each: a port where somebody listens. */
const loopback = words(`
  127.0.0.1 127.1 127.0.1 127.255.255.254 127.0.0.1. 127.1.
  2130706433 0x7f000001 0x7F.0.0.1 0x7f.1 017700000001 0177.0.0.1 0177.1 0177.0x0.00.01
  00000177.0.0.1 0 0.0.0.0 0x0 00 [::] [::1] [0:0:0:0:0:0:0:1] [0000::0001]
  [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:7f00:0001] [::127.0.0.1] [::ffff:0:127.0.0.1]
  localhost LOCALHOST localhost. any.localhost loopback.example loopback6.example
`)
const disguised = words(`
  ①②⑦.⓪.⓪.① １２７.０.０.１ 𝟏𝟐𝟕.𝟎.𝟎.𝟏 127。0。0。1 127．0．0．1 127｡0｡0｡1 ⓛⓞⓒⓐⓛⓗⓞⓢⓣ
  %31%32%37.0.0.1 127%2e0%2e0%2e1 %6c%6f%63alhost 127.0.0.1%00 127.0.0.1%20
  [::1%25lo] [fe80::1%25eth0] [::ffff:127.0.0.1%25lo] [::1%lo]
`)
const userinfo = words(`
  public.example@127.0.0.1 public.example:443@127.0.0.1 a:b@127.0.0.1 public.example%40@127.0.0.1
  public.example%23@127.0.0.1 public.example%2f@127.0.0.1 public.example@[::1] @127.0.0.1
`)
const inside = words(`
  10.0.0.1 10.255.255.255 0xa.1 012.0.0.1 167772161 [::ffff:10.0.0.1] [::ffff:a00:1]
  172.16.0.1 172.31.255.255 0xac.16.1 192.168.0.1 192.168.255.255 3232235521 0300.0250.1
  [fc00::1] [fd12:3456:789a::1] [fdff:ffff::1] [::ffff:c0a8:101] private.example private6.example
`)
const metadata = words(`
  169.254.0.1 169.254.169.254 169.254.169.254. 0xa9fea9fe 2852039166 0251.0376.0251.0376 169.254.43518
  169.16689662 [::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [fe80::1] [febf::1] [fec0::1] [fe80::5efe:127.0.0.1]
  [fd00:ec2::254] [fd20:ce::254] 169.254.170.2 169.254.169.123 100.100.100.200 192.0.0.192 168.63.129.16
  0xa83f8110 [::ffff:168.63.129.16] metadata metadata.google.internal METADATA.GOOGLE.INTERNAL. instance-data instance-data.ec2.internal
`)
const reserved = words(`
  100.64.0.1 100.127.255.254 0x64.0x40.0.1 [::ffff:100.64.0.1] 192.0.0.1 192.0.2.1 198.51.100.1
  203.0.113.1 198.18.0.1 198.19.255.255 192.88.99.1 240.0.0.1 255.255.255.255 0.1.2.3
  224.0.0.1 239.255.255.250 [ff01::1] [ff02::1] [ff0e::1] [100::1] [2001:db8::1]
  [3fff::1] [5f00::1] [2001:2::1] [2001:10::1] [2001:20::1] multicast.example cgnat.example
`)
const transition = words(`
  [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b::10.0.0.1] [64:ff9b::c0a8:1]
  [64:ff9b:1::8.8.8.8] [2002:7f00:1::] [2002:a9fe:a9fe::1] [2002:c0a8:101::1] [2002:a00:1::]
  [2001::1] [2001:0:7f00:1::1] [2001:0:4136:e378:8000:63bf:80ff:fffe] nat64.example 6to4.example
`)
const names = words('mixed.example mixed6.example alias.example aliases.example gone.example silent.example')

export interface SsrfRow {
  readonly what: string
  /** `scheme` is that of the path; `front` a server that the operator allows; `port` one where the inside listens. */
  readonly url: (lab: { scheme: string; front: string; port: number }) => string
}

const addresses = [loopback, disguised, userinfo, inside, metadata, reserved, transition, '127.0.\t0.1'].flat()
const direct = [...addresses, ...names]

/** Refused for what they are, before any connection: nothing here depends on what can be reached. */
export const judgedHosts: readonly string[] = addresses
const targets = words(`
  127.0.0.1 [::1] 0x7f.1 2130706433 [::ffff:127.0.0.1] localhost loopback.example ①②⑦.0.0.1
  10.0.0.1 192.168.0.1 169.254.169.254 metadata.google.internal 100.64.0.1 [64:ff9b::7f00:1]
  [2002:7f00:1::] [2001:0:7f00:1::1] 224.0.0.1 0.0.0.0 a:b@127.0.0.1 mixed.example
`)

/** `/to/<status>/<target in base64url>` of the front server redirects there, whatever follows in the path. */
export const redirectPath = (status: number, target: string): string =>
  `/to/${status}/${Buffer.from(target).toString('base64url')}`

const redirects: readonly SsrfRow[] = [
  ...[301, 302, 303, 307, 308].map((status): SsrfRow => ({
    what: `a ${status} to 127.0.0.1`,
    url: ({ front, port }) => front + redirectPath(status, `http://127.0.0.1:${port}/`),
  })),
  ...targets.map((host): SsrfRow => ({
    what: `a redirect to ${host}`,
    url: ({ front, port }) => front + redirectPath(307, `http://${host}:${port}/`),
  })),
  ...[
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1:70/_x',
    'data:text/plain,{}',
    'ws://127.0.0.1/',
  ].map((target): SsrfRow => ({
    what: `a redirect to ${target}`,
    url: ({ front }) => front + redirectPath(302, target),
  })),
  {
    what: 'a redirect without a scheme',
    url: ({ front, port }) => front + redirectPath(307, `//127.0.0.1:${port}/`),
  },
  {
    what: 'a redirect to a redirect',
    url: ({ front, port }) => front + redirectPath(307, redirectPath(307, `http://127.0.0.1:${port}/`)),
  },
  { what: 'a redirect in a circle', url: ({ front }) => `${front}/circle` },
]

/** Answers of a host that may be called: each of them would hold the caller up, or fill its memory. */
const answers = words(`
  silent slow-headers endless-headers huge-header many-headers slow-body endless-body
  large-body gzip-bomb deflate-bomb brotli-bomb gzip-twice not-http cut-short
`).map((name): SsrfRow => ({ what: `an answer: ${name}`, url: ({ front }) => `${front}/${name}` }))

const schemes = [
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  'gopher://127.0.0.1:70/_x',
  'javascript:1',
  'dict://127.0.0.1/',
]

/** Everything an outbound call must not do. Every path out of the server is held against all of it. */
export const ssrfRows: readonly SsrfRow[] = [
  ...direct.map((host): SsrfRow => ({ what: host, url: ({ scheme, port }) => `${scheme}//${host}:${port}/` })),
  ...schemes.map((url): SsrfRow => ({ what: url, url: () => url })),
  { what: 'a fragment', url: ({ scheme, port }) => `${scheme}//127.0.0.1:${port}#@public.example/` },
  { what: 'a backslash', url: ({ scheme, port }) => String.raw`${scheme}//127.0.0.1:${port}\@public.example/` },
  ...[1, 2, 3].map((nth): SsrfRow => ({
    what: `a name that answers otherwise the next time, call ${nth}`,
    url: ({ scheme, port }) => `${scheme}//rebind.example:${port}/`,
  })),
  {
    what: 'a redirect to a name that answers otherwise the next time',
    url: ({ front, port }) => front + redirectPath(307, `http://rebind-late.example:${port}/`),
  },
  ...redirects,
  ...answers,
]
