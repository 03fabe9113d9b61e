import { cloudCopy, sendFiles } from './shell-copy.rules.ts'
import type { Entry, Rule, Table } from './shell-table.rules.ts'
import { BUILD, catastrophic, elevated, high, low, none, READ, same, TOUCHY } from './shell-table.rules.ts'

const TERRAFORM: Entry = {
  long: true,
  base: TOUCHY,
  rules: [
    catastrophic('cloud.destroy', 'Destroys the infrastructure of a stack.', { sub: 'destroy' }),
    catastrophic('cloud.destroy', 'Destroys the infrastructure of a stack.', {
      sub: 'apply|run-all',
      any: '-destroy --destroy',
    }),
    catastrophic('cloud.destroy', 'Destroys the infrastructure of every stack.', { sub: 'run-all|run destroy|--all' }),
    catastrophic('cloud.destroy', 'Destroys the infrastructure of a stack.', {
      text: /\bdestroy\b/,
      none: '-help --help',
      sub: 'run|run-all|stack|workspace',
    }),
    high('cloud.apply_unasked', 'Changes infrastructure without a question.', {
      sub: 'apply',
      any: '-auto-approve --auto-approve',
    }),
    high('cloud.state', 'Changes what the tool believes to exist.', { sub: 'state rm|mv|push|replace-provider' }),
    high('cloud.force_unlock', 'Breaks the lock of another run.', { sub: 'force-unlock' }),
    high('cloud.workspace_delete', 'Deletes a workspace.', { sub: 'workspace delete' }),
    high('cloud.taint', 'Marks a resource for destruction.', { sub: 'taint' }),
    none('cloud.plan', 'Only plans or reads.', {
      sub: 'plan|show|validate|fmt|output|version|providers|graph|console|state|workspace|test|login|get',
    }),
    low('cloud.init', 'Prepares the tool.', { sub: 'init' }),
    elevated('cloud.apply', 'Changes infrastructure.', { sub: 'apply|import|refresh' }, 'deploy'),
  ],
}

const DELETES =
  /^(?:delete|terminate|remove|destroy|purge|deregister|disable|revoke|reset|release|detach|stop|schedule-key-deletion|deactivate|cancel|batch-delete|empty)(?:-[\w-]+)?$/
const READS =
  /^(?:describe|list|get|head|ls|show|view|search|lookup|validate|estimate|test|check|wait|help|query|scan|tail|filter)(?:-[\w-]+)?$/

const AWS: readonly Rule[] = [
  none('aws.dry', 'Only shows what it would do.', { any: '--dry-run --dryrun --generate-cli-skeleton' }),
  catastrophic('aws.s3_delete', 'Deletes objects of a bucket in bulk.', { sub: 's3 rm', any: '--recursive' }),
  catastrophic('aws.s3_bucket', 'Deletes a bucket.', { sub: 's3 rb' }),
  catastrophic('aws.s3_bucket', 'Deletes a bucket.', { sub: 's3api delete-bucket|delete-objects' }),
  high('aws.s3_delete', 'Deletes objects.', { sub: 's3 rm' }),
  high('aws.s3_sync', 'Deletes at the target what the source does not have.', { sub: 's3 sync', any: '--delete' }),
  high('aws.s3_public', 'Makes stored data public.', {
    text: /public-read|BlockPublicAcls=false|delete-public-access-block|"Principal"\s*:\s*"\*"/,
  }),
  elevated('aws.s3_copy', 'Copies objects to or from storage.', { sub: 's3 cp|mv|sync' }, 'api'),
  catastrophic('aws.data_delete', 'Deletes stored data or its keys.', {
    sub: 'rds|dynamodb|redshift|docdb|neptune|elasticache|efs|fsx|kms|backup|ec2|eks|ecs|cloudformation|organizations|route53|glacier|opensearch|ecr|secretsmanager|cloudtrail|logs|lambda|iam|ebs|guardduty|config',
    arg: /^(?:leave-organization|delete-(?:db-instance|db-cluster|table|cluster|file-system|stack|hosted-zone|secret|trail|log-group|repository|backup-vault|volume|snapshot|domain|replication-group|vpc|recovery-point|detector|configuration-recorder|global-cluster)|terminate-instances|schedule-key-deletion|disable-key|close-account|stop-logging|remove-account-from-organization)$/,
  }),
  high('aws.iam', 'Changes who may do what.', {
    sub: 'iam|sts|organizations|sso-admin',
    arg: /^(?:create-access-key|attach-\w+-policy|put-\w+-policy|create-login-profile|update-assume-role-policy|add-user-to-group|create-user|delete-[\w-]+|deactivate-mfa-device|attach-policy|update-login-profile|create-policy-version)$/,
  }),
  high('aws.delete', 'Deletes or stops a cloud resource.', { arg: DELETES }),
  high('aws.unprotect', 'Takes away the protection against deletion.', {
    text: /--no-deletion-protection|--no-disable-api-termination|"Action"\s*:\s*"DELETE"/,
  }),
  high('aws.to_zero', 'Stops a workload.', { text: /--(?:desired-(?:count|capacity)|max-size)[= ]0\b/ }),
  high('aws.open', 'Opens a network to everyone.', {
    text: /authorize-security-group-ingress.*0\.0\.0\.0\/0|Group=all\b|--group-names all\b/,
  }),
  elevated(
    'aws.secret',
    'Reads a stored secret.',
    {
      arg: /^(?:get-secret-value|get-parameters?(?:-by-path)?|decrypt|get-login-password|get-session-token|assume-role)$/,
    },
    'security',
  ),
  none('aws.s3_list', 'Only reads.', { sub: 's3 ls|presign' }),
  none('aws.read', 'Only reads.', { arg: READS }),
  none('aws.identity', 'Only reads.', { sub: 'sts get-caller-identity|decode-authorization-message' }),
  low('aws.configure', 'Sets up the client.', { sub: 'configure|sso' }),
  elevated('aws.invoke', 'Changes a cloud resource.', {}, 'deploy'),
]

const GOOGLE: readonly Rule[] = [
  catastrophic('gcloud.delete', 'Deletes a project, cluster or data store.', {
    sub: 'projects|sql|container|compute|spanner|bigtable|firestore|kms|filestore|redis|storage|dns|organizations|resource-manager',
    arg: /^(?:delete|destroy|rm)$/,
  }),
  high('gcloud.delete_other', 'Deletes a cloud resource.', {
    arg: /^(?:delete|destroy|disable|remove-iam-policy-binding|stop|reset|undelete|rm)$/,
  }),
  high('gcloud.iam', 'Changes who may do what.', { arg: /^(?:add-iam-policy-binding|set-iam-policy|set-iam|keys)$/ }),
  high('gcloud.open', 'Opens a network to everyone.', {
    sub: 'compute firewall-rules create|update',
    text: /--source-ranges[= ]\S*0\.0\.0\.0\/0/,
  }),
  elevated(
    'gcloud.secret',
    'Reads a stored secret.',
    { text: /secrets versions access|auth print-(?:access|identity)-token/ },
    'security',
  ),
  none('gcloud.read', 'Only reads.', { arg: READS }),
  none('gcloud.info', 'Only reads.', { sub: 'info|version|config|auth|logging|help' }),
  elevated('gcloud.change', 'Changes a cloud resource.', {}, 'deploy'),
]

const AZURE: readonly Rule[] = [
  catastrophic('az.delete', 'Deletes a resource group, cluster or data store.', {
    sub: 'group|sql|aks|storage|keyvault|cosmosdb|vm|postgres|mysql|redis|webapp|functionapp|resource|disk|backup|acr|network|deployment|ad',
    arg: /^(?:delete|purge|delete-batch)$/,
  }),
  high('az.delete_other', 'Deletes a cloud resource.', {
    arg: /^(?:delete|delete-batch|purge|deallocate|stop|disable|remove)$/,
  }),
  high('az.role', 'Changes who may do what.', {
    text: /role assignment create|ad sp create-for-rbac|credential (?:reset|delete)|keyvault set-policy/,
  }),
  high('az.open', 'Opens a network to everyone.', {
    sub: 'network nsg rule create|update',
    text: /--source-address-prefix(?:es)?[= ](?:\*|0\.0\.0\.0\/0|internet|any)(?=\s|$)/i,
    none: '--access=Deny',
  }),
  elevated(
    'az.secret',
    'Reads a stored secret.',
    { text: /keyvault secret show|account get-access-token|keys list/ },
    'security',
  ),
  none('az.read', 'Only reads.', { arg: READS }),
  none('az.account', 'Only reads.', { sub: 'account|login|version|find' }),
  elevated('az.change', 'Changes a cloud resource.', {}, 'deploy'),
]

const gsutil: Entry = {
  base: READ,
  run: cloudCopy,
  rules: [
    catastrophic('gsutil.delete', 'Deletes stored objects in bulk.', { any: '-r -R', arg: /^rm$/ }),
    catastrophic('gsutil.bucket', 'Deletes a bucket.', { arg: /^rb$/ }),
    high('gsutil.delete_one', 'Deletes stored objects.', { arg: /^rm$/ }),
    high('gsutil.sync', 'Deletes at the target what the source does not have.', { any: '-d', arg: /^rsync$/ }),
    high('gsutil.public', 'Makes stored data public.', { text: /allUsers|public-read/ }),
    elevated('gsutil.copy', 'Copies objects to or from storage.', { arg: /^(?:cp|mv|rsync)$/ }, 'api'),
  ],
}

/** Hosting platforms share their verbs; a project's own deploy is raised, deletion of apps and data is high or worse. */
const platform = (deploys: RegExp): Entry => ({
  base: READ,
  rules: [
    catastrophic('platform.delete', 'Deletes an app, a project or its data.', {
      text: /\b(?:apps?[: ](?:destroy|delete)|destroy|projects? (?:rm|remove|delete)|pg:reset|pg:drop|db (?:reset|destroy|delete|drop)|database (?:delete|destroy)|d1 delete|r2 bucket delete|sites?:delete|firestore:delete|droplet delete|volumes? (?:rm|delete|destroy)|postgres detach|projects:delete|hosting:disable|auth:delete|api (?:delete|purge|reset)\w*|branches delete|service delete|environment delete|kubernetes cluster delete|databases delete)\b/,
    }),
    high('platform.remove', 'Removes a deployment, a domain or a secret.', {
      text: /\b(?:rm|remove|delete|undeploy|unpublish|down|teardown|rollback|env:unset|config:unset|ps:stop|maintenance:on|secrets? unset|scale count 0)\b/,
    }),
    elevated('platform.deploy', 'Publishes to a hosting platform.', { text: deploys }, 'deploy'),
    elevated(
      'platform.secret',
      'Reads or changes deployment secrets.',
      { text: /\b(?:secrets?|env|config:get|config:set|config)\b/ },
      'security',
    ),
  ],
})

const SUPABASE = platform(/\b(?:db push|functions deploy|link)\b/)

const pulumi: Entry = {
  base: READ,
  rules: [
    none('cloud.preview', 'Only plans or reads.', {
      sub: 'preview|stack|config|whoami|version|logs|about|import',
      none: '--yes',
      text: /^(?!.*\b(?:rm|set|export --show-secrets)\b)/,
    }),
    catastrophic('cloud.destroy', 'Destroys the infrastructure of a stack.', { sub: 'destroy|down' }),
    high('cloud.stack_rm', 'Deletes a stack.', { sub: 'stack|state rm|delete' }),
    high('cloud.apply_unasked', 'Changes infrastructure without a question.', { sub: 'up|update', any: '-y --yes -f' }),
    elevated('cloud.apply', 'Changes infrastructure.', { sub: 'up|update|refresh|config' }, 'deploy'),
  ],
}

const stack = (say: string): Entry => ({
  base: BUILD,
  rules: [
    catastrophic('cloud.destroy', say, { sub: 'destroy|remove|delete|rm|teardown|terminate' }),
    catastrophic('cloud.destroy', say, { sub: 'app|env|svc|job|pipeline delete' }),
    elevated('cloud.deploy', 'Deploys a stack.', { sub: 'deploy|up|watch|publish|rollback' }, 'deploy'),
    none('cloud.preview', 'Only plans or reads.', {
      sub: 'diff|synth|ls|list|print|info|logs|package|validate|doctor|build|local',
    }),
  ],
})

export const CLOUD: Table = {
  ...same('terraform tofu terragrunt', TERRAFORM),
  pulumi,
  ...same('cdk cdktf', stack('Destroys a stack.')),
  ...same('serverless sls sst sam copilot eb', stack('Removes the deployed service.')),
  aws: {
    valued: '--profile --region --output --query --endpoint-url --cli-input-json',
    base: TOUCHY,
    rules: AWS,
    run: cloudCopy,
  },
  awslocal: { base: BUILD },
  gcloud: {
    valued: '--project --zone --region --format --filter --account',
    base: TOUCHY,
    rules: GOOGLE,
    run: cloudCopy,
  },
  ...same('gsutil', gsutil),
  bq: {
    base: READ,
    rules: [
      catastrophic('bq.delete', 'Deletes a dataset or table.', { sub: 'rm' }),
      high('bq.drop', 'Deletes data.', { text: /\b(?:drop|truncate|delete\s+from)\b/i }),
    ],
  },
  az: {
    valued: '-g --resource-group -n --name --subscription -o --output --query --access',
    base: TOUCHY,
    rules: AZURE,
    run: (call) => (call.args[0]?.text === 'storage' ? sendFiles(call) : undefined),
  },
  azcopy: {
    base: TOUCHY,
    rules: [catastrophic('az.storage_delete', 'Deletes stored objects in bulk.', { sub: 'remove|rm' })],
  },
  doctl: platform(/\b(?:create|update|apps create)\b/),
  ...same('vercel now', platform(/\s--prod\b|\bdeploy\b|\balias\b|\bpromote\b|^vercel$|^vercel --/)),
  ...same('netlify ntl', platform(/\bdeploy\b/)),
  ...same('heroku', platform(/\b(?:releases|pg:promote|pg:push|run|ps:scale|deploy|container:release)\b/)),
  ...same('fly flyctl', platform(/\b(?:deploy|launch|scale|machine)\b/)),
  ...same('railway render', platform(/\b(?:up|deploy|redeploy)\b/)),
  ...same('wrangler', platform(/\b(?:deploy|publish|pages deploy)\b/)),
  ...same('firebase', platform(/\b(?:deploy|hosting:clone)\b/)),
  ...same('supabase', {
    ...SUPABASE,
    rules: [
      elevated('platform.local_reset', 'Empties the database on this machine.', {
        sub: 'db reset',
        text: /^supabase db reset(?: --(?:debug|no-seed|version[= ]\S+))*$/,
      }),
      ...(SUPABASE.rules ?? []),
    ],
  }),
  ...same('neonctl planetscale pscale turso convex', platform(/\b(?:deploy|create)\b/)),
  ...same('linode-cli hcloud vultr-cli scw ibmcloud oci exo', {
    base: READ,
    rules: [
      catastrophic('cloud.delete', 'Deletes a cloud resource.', {
        arg: /^(?:delete|rm|remove|destroy|terminate|[\w-]+-delete)$/,
      }),
      elevated(
        'cloud.change',
        'Changes a cloud resource.',
        { arg: /^(?:create|update|rebuild|reset|poweroff|resize)$/ },
        'deploy',
      ),
    ],
  }),
  ...same('s3cmd mc s5cmd b2', {
    base: READ,
    rules: [
      catastrophic('s3.delete_all', 'Deletes stored objects in bulk.', {
        arg: /^(?:rb|del|rm|delete-bucket|delete)$/,
        any: '--recursive -r --force -f',
      }),
      high('s3.delete', 'Deletes stored objects.', { arg: /^(?:rb|del|rm|delete-bucket|delete-file-version)$/ }),
      high('s3.delete', 'Deletes stored objects.', { sub: 'rb|del|rm' }),
      elevated('s3.put', 'Copies objects to storage.', { sub: 'put|cp|sync|mirror' }, 'api'),
    ],
    run: sendFiles,
  }),
}
