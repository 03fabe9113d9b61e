import { AWS, CLOUD_RULES } from './http-cloud.rules.ts'
import type { HttpRule } from './http-facts.rules.ts'
import { deletes } from './http-facts.rules.ts'

const GITHUB = /(?:^|\.)api\.github\.com$|^github\.[\w.-]+$/

/** What a request does at its destination, by method, address and body. */
export const HTTP_RULES: readonly HttpRule[] = [
  ...CLOUD_RULES,
  {
    code: 'http.graphql_destroy',
    danger: 'high',
    message: 'The GraphQL mutation deletes or removes something.',
    when: (f) =>
      f.method === 'POST' &&
      /\bmutation\b/.test(f.body) &&
      /\b\w*(?:delete|destroy|remove|purge|wipe|drop|revoke|archive|transfer|terminate|disable)\w*\s*[({]/.test(f.body),
  },
  {
    code: 'http.repo_delete',
    danger: 'catastrophic',
    message: 'The call deletes a repository or an organisation.',
    when: (f) =>
      deletes(f) &&
      (/^(?:\/api\/v3)?\/(?:repos\/[^/]+\/[^/]+|orgs\/[^/]+)$/.test(f.path) ||
        /^\/api\/v4\/(?:projects|groups)\/[^/]+$/.test(f.path) ||
        (f.host.endsWith('bitbucket.org') && /^\/2\.0\/repositories\/[^/]+\/[^/]+$/.test(f.path)) ||
        (/codeberg\.org$|gitea/.test(f.host) && /\/repos\/[^/]+\/[^/]+$/.test(f.path))),
  },
  {
    code: 'http.repo_guard',
    danger: 'high',
    message: 'The call removes or changes a protection, key, hook, secret or member of a repository.',
    when: (f) =>
      f.write &&
      (GITHUB.test(f.host) || /gitlab|bitbucket|gitea|codeberg/.test(f.host)) &&
      /\/(?:protection|protected_branches|rulesets|collaborators|keys|deploy_keys|hooks|actions\/secrets|actions\/permissions|actions\/runners|secrets|variables|members|memberships|environments|transfer|vulnerability-alerts|branches\/[^/]+\/protection|installations|teams\/[^/]+\/repos|invitations|approval_rules|remote_mirrors|access_tokens)(?:\/|$)/.test(
        f.path,
      ),
  },
  {
    code: 'http.repo_public',
    danger: 'high',
    message: 'The call changes who can see a repository, or archives it.',
    when: (f) =>
      /^(?:PATCH|PUT)$/.test(f.method) &&
      /^(?:\/api\/v[34])?\/(?:repos\/[^/]+\/[^/]+|projects\/[^/]+)$/.test(f.path) &&
      /"?(?:private"?\s*:\s*false|visibility"?\s*[:=]\s*"?public|archived"?\s*:\s*true|allow_forking|default_branch)/.test(
        f.body,
      ),
  },
  {
    code: 'http.ref_force',
    danger: 'high',
    message: 'The call deletes or rewrites a branch, tag or release.',
    when: (f) =>
      /\/(?:git\/refs|repository\/(?:branches|tags)|releases|git\/refs\/heads)(?:\/|$)/.test(f.path) &&
      (deletes(f) || /"force":\s*true/.test(f.body)),
  },
  {
    code: 'http.publish',
    danger: 'high',
    message: 'The call publishes, unpublishes or retags a package or image for everybody.',
    when: (f) =>
      f.write &&
      (f.host === 'registry.npmjs.org'
        ? f.method !== 'POST' || /dist-tags|unpublish|\/-\/(?:package|org|team|npm\/v1\/tokens)/.test(f.path)
        : /^(?:upload|test)\.pypi\.org$|^push\.fury\.io$/.test(f.host) ||
          (/(?:^|\.)(?:crates\.io|rubygems\.org|nuget\.org|npm\.pkg\.github\.com|ghcr\.io|hub\.docker\.com|quay\.io|registry-1\.docker\.io|open-vsx\.org|marketplace\.visualstudio\.com)$/.test(
            f.host,
          ) &&
            !/\/(?:login|users\/login|token|search)/.test(f.path))),
  },
  {
    code: 'http.payment',
    danger: 'high',
    message: 'The call moves money or changes who is paid.',
    when: (f) =>
      f.write &&
      (/\/(?:payouts?|refunds?|transfers?|charges?|payments?(?:_intents|methods)?|orders\/[^/]+\/capture|captures?\/[^/]+\/refund|withdrawals?|external_accounts|bank_accounts|transactions|sends?|api\/v3\/order|withdraw)(?:\/|$)/.test(
        f.path,
      ) ||
        deletes(f)) &&
      /stripe\.com$|paypal\.com$|squareup\.com$|adyen\.com$|braintree|wise\.com$|coinbase\.com$|binance\.com$|kraken\.com$|mollie\.com$|razorpay\.com$|plaid\.com$|checkout\.com$|mercury\.com$|brex\.com$|gocardless\.com$/.test(
        f.host,
      ),
  },
  {
    code: 'http.chain_transfer',
    danger: 'high',
    message: 'The call sends a transaction that cannot be taken back.',
    when: (f) =>
      /"method":\s*"(?:eth_send(?:raw)?transaction|personal_sendtransaction|sendtransaction|sendtoaddress|sendrawtransaction|broadcast_tx\w*)"/.test(
        f.body,
      ),
  },
  {
    code: 'http.new_key',
    danger: 'high',
    message: 'The call makes a new access key.',
    when: (f) =>
      f.write &&
      f.method !== 'DELETE' &&
      /^api\.|(?:^|\.)(?:api|console|admin)\./.test(f.host) &&
      /\/(?:admin_)?(?:api|access)[-_]?keys\/?$|\/(?:personal[-_]?access[-_]?tokens|service[-_]?accounts\/[^/]+\/keys)$/.test(
        f.path,
      ),
  },
  {
    code: 'http.identity',
    danger: 'high',
    message: 'The call removes users or changes who may log in and how.',
    when: (f) =>
      f.write &&
      /(?:okta\.com|auth0\.com|onelogin\.com|jumpcloud\.com|graph\.microsoft\.com|admin\.googleapis\.com|slack\.com|keycloak)/.test(
        f.host + f.path,
      ) &&
      (deletes(f) ||
        /users\.remove|users\.admin|lifecycle\/(?:deactivate|suspend)|makeadmin|\/roles|reset_factors|reset-password|\/policies|conversations\.(?:delete|archive)/.test(
          f.path,
        )),
  },
  {
    code: 'http.k8s',
    danger: 'high',
    message: 'The call deletes or executes inside a Kubernetes cluster.',
    when: (f) =>
      /^\/apis?\/(?:[\w.-]+\/)?v\d\w*\//.test(f.path) &&
      /\/(?:namespaces|nodes|pods|deployments|statefulsets|secrets|persistentvolumes|persistentvolumeclaims|clusterroles|clusterrolebindings|daemonsets|services)\b/.test(
        f.path,
      ) &&
      (deletes(f) ||
        /\/(?:exec|attach|proxy)$/.test(f.path) ||
        (f.write && /clusterrolebindings|clusterroles|\/secrets/.test(f.path))),
  },
  {
    code: 'http.container_host',
    danger: 'high',
    message: 'The call controls the container engine or the node itself.',
    when: (f) =>
      (/^237[56]$/.test(f.port) && (f.write || /\/(?:export|archive|exec)/.test(f.path))) ||
      (f.port === '10250' && /^\/(?:exec|run|portforward|attach)/.test(f.path)) ||
      (/^\/(?:v1\.\d+\/)?(?:containers|images|volumes|networks|exec)\//.test(f.path) &&
        (deletes(f) ||
          (f.write &&
            /\/(?:kill|prune|exec|create|start)$/.test(f.path) &&
            /privileged":\s*true|"binds":\s*\[\s*"\/:/.test(f.body)) ||
          f.path.endsWith('/prune'))),
  },
  {
    code: 'http.search_wipe',
    danger: 'high',
    message: 'The call deletes an index, a database or many documents at once.',
    when: (f) =>
      (deletes(f) && (f.port === '9200' || f.port === '5984' || /elastic|opensearch|couch/.test(f.host))) ||
      (/\/_delete_by_query/.test(f.path) && f.write) ||
      (f.write && /\/(?:_bulk)$/.test(f.path) && /"delete":/.test(f.body)) ||
      (f.write && f.port === '9200' && /\/_(?:cluster\/settings|shutdown|close)/.test(f.path)),
  },
  {
    code: 'http.secret_store',
    danger: 'high',
    message: 'The call seals, rekeys, empties or writes a store of secrets or of cluster state.',
    when: (f) =>
      f.write &&
      (/^\/v1\/sys\/(?:seal|step-down|rekey|generate-root|policies|policy|auth|mounts|leases\/revoke|revoke)/.test(
        f.path,
      ) ||
        (/^\/v1\/(?:secret|kv)\//.test(f.path) && deletes(f)) ||
        /^\/v1\/agent\/(?:force-)?leave|^\/v3\/kv\/deleterange|^\/v1\/kv(?:\/|$)/.test(f.path) ||
        (f.port === '2379' && f.write && !f.path.endsWith('/range'))),
  },
  {
    code: 'http.secret_read',
    danger: 'high',
    message: 'The call reads secrets out of a secret store.',
    when: (f) =>
      /^\/v1\/(?:secret|kv)\/data\/|secretmanager\.googleapis\.com.*:access$|\/secrets\/[^/]+\/(?:versions\/[^/]+:access|value)/.test(
        f.path,
      ) ||
      (f.path.endsWith(':access') && f.host.startsWith('secretmanager')) ||
      (f.host.endsWith('vault.azure.net') && f.path.startsWith('/secrets/')) ||
      (AWS.test(f.host) && /getsecretvalue|getparameters?\b.*withdecryption/.test(f.body + f.query)) ||
      (/\/api\/v1\/(?:namespaces\/[^/]+\/)?secrets(?:\/|$)/.test(f.path) && !f.write) ||
      (f.port === '8500' && /^\/v1\/kv\/.*(?:secret|password|key)/.test(f.path)) ||
      /\/actuator\/(?:env|heapdump|configprops)$|\/\.(?:env|git\/config|aws\/credentials)$/.test(f.path),
  },
  {
    code: 'http.admin_stop',
    danger: 'high',
    message: 'The call stops, resets, empties or rolls back a service.',
    when: (f) =>
      f.write &&
      /\/(?:shutdown|terminate|wipe|factory-?reset|reset-?(?:db|database|all)|drop-?(?:db|database|all)|flush-?(?:all|db)?|purge(?:-?(?:all|everything|cache))?|destroy|truncate|delete-?(?:all|everything|many)|bulk-?delete|erase|nuke|kill|quitquitquit|restart-?all|pause-?all|disable-?all|revoke-?all|rotate-?all|uninstall|killswitch\/off|maintenance\/on)(?:\/|$)/.test(
        f.path,
      ),
  },
  {
    code: 'http.bulk_delete',
    danger: 'high',
    message: 'The call deletes many things at once.',
    when: (f) =>
      deletes(f) &&
      (/\/\*$|\/(?:all|_all|everything|bulk|batch)(?:\/|$)/.test(f.path) ||
        /(?:^|&)recurse(?:=|&|$)/.test(f.query) ||
        /(?:^|&)(?:all|force|cascade|recursive|purge|confirm|hard|permanent|propagate)=(?:true|1|yes|all)?(?:&|$)/.test(
          f.query,
        ) ||
        /(?:^|&)(?:id|ids|filter|where|q|query)=(?:\*|all|gt\.0|not\.is\.null|neq\.0)/.test(f.query) ||
        /[?&]?\w+=(?:gte?\.0|not\.is\.null|neq\.0|like\.\*)/.test(f.query)),
  },
  {
    code: 'http.collection_delete',
    danger: 'high',
    message: 'The call deletes a whole collection, not one item.',
    when: (f) =>
      deletes(f) &&
      (f.path === '/' ||
        (/\/(?:users|accounts|customers|orders|items|products|posts|records|documents|projects|databases|tenants|orgs|organizations|workspaces|backups|snapshots|volumes|indices|collections|buckets|messages|events|logs|invoices|teams|sites|apps|deployments|jobs|queues|topics|tables|rows|keys|subscriptions|contacts|data|namespaces|clusters|environments)$/.test(
          f.path,
        ) &&
          !/(?:^|&)[\w.-]+=(?:eq\.)?[^&]+/.test(f.query))),
  },
  {
    code: 'http.big_delete',
    danger: 'high',
    message: 'The call deletes something that holds much else: a database, a tenant, a project, a backup.',
    when: (f) =>
      deletes(f) &&
      /\/(?:databases?|tenants?|orgs?|organizations?|workspaces?|projects?|backups?|snapshots?|clusters?|instances?|servers?|droplets?|volumes?|buckets?|zones?|environments?|accounts?|subscriptions?|repositories|namespaces?|vms?|dbs?|resourcegroups|stacks?|collections?|indexes|indices|schemas?)\/[^/]+$/.test(
        f.path,
      ),
  },
  {
    code: 'http.ci_config',
    danger: 'elevated',
    message: 'The call starts a pipeline, a deployment or merges code.',
    when: (f) =>
      f.write &&
      /\/(?:dispatches|merge|pipelines?|deployments?|deploys?|builds?|releases|rollback|promote|runs?|publish)(?:\/|$)/.test(
        f.path,
      ),
  },
]
