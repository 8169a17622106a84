import type { OcsfShape } from './ocsf-classes.ts';

/** The objects of OCSF 1.8.0 that our records use, written down as its classes are: see `ocsf-classes.ts`. */
export const ocsfObjects: Readonly<Record<string, OcsfShape>> = {
  actor: {
    attributes: `
      app_name string; app_uid string; authorizations authorization[]; idp idp; process+ process; session session;
      user+ user
    `,
    atLeastOne: ['process', 'user', 'invoked_by', 'session', 'app_name', 'app_uid'],
  },
  user: {
    attributes: `
      account account; display_name string; domain string; email_addr email; forward_addr email; full_name string;
      groups group[]; has_mfa+ boolean; ldap_person ldap_person; name+ username; org organization;
      phone_number string; programmatic_credentials programmatic_credential[]; risk_level string;
      risk_level_id integer {0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, 99 Other}; risk_score integer; type string;
      type_id+ integer {0 Unknown, 1 User, 2 Admin, 3 System, 4 Service, 99 Other}; uid+ string; uid_alt string
    `,
    atLeastOne: ['account', 'name', 'uid'],
  },
  session: {
    attributes: `
      count integer; created_time+ timestamp; credential_uid string; expiration_reason string;
      expiration_time timestamp; is_mfa boolean; is_remote+ boolean; is_vpn boolean; issuer+ string; terminal string;
      uid+ string; uid_alt string; uuid uuid
    `,
  },
  api: {
    attributes: `
      group group; operation! string; request+ request; response+ response; service service; token token;
      version string
    `,
  },
  request: {
    attributes: `
      containers container[]; data json; flags string[]; uid! string
    `,
  },
  service: {
    attributes: `
      labels string[]; name+ string; tags key_value_object[]; uid+ string; version+ string
    `,
    atLeastOne: ['name', 'uid'],
  },
  network_endpoint: {
    attributes: `
      agent_list agent[]; autonomous_system autonomous_system; domain string; fingerprints fingerprint[];
      hostname+ hostname; hw_info device_hw_info; instance_uid+ string; interface_name+ string;
      interface_uid+ string; intermediate_ips ip[]; ip+ ip; isp string; isp_org string; location location; mac mac;
      mac_vendor string; name+ string; network_scope string;
      network_scope_id integer {0 Unknown, 1 Internal, 2 External, 99 Other}; os os; owner+ user; pool group;
      port+ port; proxy_endpoint network_proxy; subnet_uid string; svc_name+ string; type string;
      type_id+ integer {0 Unknown, 1 Server, 2 Desktop, 3 Laptop, 4 Tablet, 5 Mobile, 6 Virtual, 7 IOT, 8 Browser, 9 Firewall, 10 Switch, 11 Hub, 12 Router, 13 IDS, 14 IPS, 15 Load Balancer, 99 Other};
      uid+ string; vlan_uid string; vpc_uid string; zone string
    `,
    atLeastOne: [
      'ip',
      'uid',
      'name',
      'hostname',
      'svc_name',
      'instance_uid',
      'interface_uid',
      'interface_name',
      'domain',
    ],
  },
  metadata: {
    attributes: `
      correlation_uid string; debug string[]; event_code string; extensions extension[]; is_truncated boolean;
      labels string[]; log_format string; log_level string; log_name+ string; log_provider string; log_source string;
      log_version string; logged_time timestamp; loggers logger[]; modified_time timestamp;
      original_event_uid string; original_time+ string; processed_time timestamp; product! product;
      profiles string[]; reporter+ reporter; sequence integer; source string; tags key_value_object[];
      tenant_uid+ string; total_queued_duration timespan; transformation_info_list transformation_info[];
      transmit_time timestamp; type string; uid string; untruncated_size integer; version! string
    `,
  },
  product: {
    attributes: `
      cpe_name string; feature feature; lang string; name+ string; path string; uid+ string; url_string url;
      vendor_name+ string; version+ string
    `,
    atLeastOne: ['name', 'uid'],
  },
  managed_entity: {
    attributes: `
      data json; device+ device; email+ email; group+ group; location location; name+ string; org+ organization;
      policy+ policy; type+ string;
      type_id+ integer {0 Unknown, 1 Device, 2 User, 3 Group, 4 Organization, 5 Policy, 6 Email, 7 Network Zone, 99 Other};
      uid+ string; user+ user; version+ string
    `,
    atLeastOne: ['name', 'uid', 'device', 'group', 'org', 'policy', 'user'],
  },
  resource_details: {
    attributes: `
      agent_list agent[]; created_time timestamp; criticality string; data json; group group; hostname+ hostname;
      ip+ ip; is_backed_up boolean; labels string[]; modified_time timestamp; name+ string; namespace string;
      owner+ user; resource_relationship graph; role string;
      role_id+ integer {0 Unknown, 1 Target, 2 Actor, 3 Affected, 4 Related, 99 Other}; tags key_value_object[];
      type string; uid+ resource_uid; uid_alt resource_uid; version string
    `,
    atLeastOne: ['name', 'uid'],
  },
  http_response: {
    attributes: `
      body_length integer; code! integer; content_type string; http_headers+ http_header[]; latency integer;
      length integer; message string; status string
    `,
  },
  finding_info: {
    attributes: `
      analytic+ analytic; attack_graph graph; attacks attack[]; created_time timestamp; data_sources string[];
      desc string; first_seen_time timestamp; kill_chain kill_chain_phase[]; last_seen_time timestamp;
      modified_time timestamp; product product; related_analytics analytic[]; related_events related_event[];
      related_events_count integer; src_url url; tags key_value_object[]; title+ string; traits trait[];
      types string[]; uid! string; uid_alt string
    `,
  },
  data_security: {
    attributes: `
      category string;
      category_id+ integer {0 Unknown, 1 Personal, 2 Governmental, 3 Financial, 4 Business, 5 Military and Law Enforcement, 6 Security, 99 Other};
      classifier_details+ classifier_details; confidentiality string;
      confidentiality_id+ integer {0 Unknown, 1 Not Confidential, 2 Confidential, 3 Secret, 4 Top Secret, 5 Private, 6 Restricted, 99 Other};
      data_lifecycle_state string;
      data_lifecycle_state_id+ integer {0 Unknown, 1 Data at-Rest, 2 Data in-Transit, 3 Data in-Use, 99 Other};
      detection_pattern+ string; detection_system string;
      detection_system_id+ integer {0 Unknown, 1 Endpoint, 2 DLP Gateway, 3 Mobile Device Management, 4 Data Discovery & Classification, 5 Secure Web Gateway, 6 Secure Email Gateway, 7 Digital Rights Management, 8 Cloud Access Security Broker, 9 Database Activity Monitoring, 10 Application-Level DLP, 11 Developer Security, 12 Data Security Posture Management, 99 Other};
      discovery_details discovery_details[]; pattern_match string; policy+ policy; size long; src_url url;
      status+ string; status_details string[];
      status_id+ integer {0 Unknown, 1 Complete, 2 Partial, 3 Fail, 99 Other}; total integer; uid string
    `,
    atLeastOne: ['data_lifecycle_state_id', 'detection_pattern', 'detection_system_id', 'policy'],
  },
};
