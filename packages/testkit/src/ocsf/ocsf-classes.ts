/**
 * Five event classes of OCSF 1.8.0, as far as it takes to hold our records against them: the attributes that an event may have without a
 * profile, and none that 1.8.0 calls deprecated. Read in the schema's own definitions (repository ocsf/ocsf-schema, tag v1.8.0: its
 * classes with what they extend, and its dictionary of attributes) and written down here in a notation of ours: `name type`, with `!`
 * for required and `+` for recommended, `[]` for a list, and the values of an enum with their captions in braces.
 */
export const ocsfVersion = '1.8.0';

export interface OcsfShape {
  readonly attributes: string;
  /** Of these one has to be there. */
  readonly atLeastOne?: readonly string[];
}

export interface OcsfClass extends OcsfShape {
  readonly name: string;
  readonly category: number;
}

/** What every class has. */
export const everyClass = `
  activity_name string; category_name string; category_uid! integer; class_name string; class_uid! integer;
  count integer; duration long; end_time timestamp; enrichments enrichment[]; message+ string;
  metadata! metadata; observables+ observable[]; raw_data string; raw_data_hash fingerprint; raw_data_size long;
  severity string;
  severity_id! integer {0 Unknown, 1 Informational, 2 Low, 3 Medium, 4 High, 5 Critical, 6 Fatal, 99 Other};
  start_time timestamp; status_code+ string; status_detail+ string; time! timestamp; timezone_offset+ integer;
  type_name string; type_uid! long; unmapped object
`;

/** By `class_uid`. */
export const ocsfClasses: Readonly<Record<number, OcsfClass>> = {
  2006: {
    name: 'data_security_finding',
    category: 2,
    attributes: `
      activity_id! integer {0 Unknown, 1 Create, 2 Update, 3 Close, 4 Suppressed, 99 Other}; actor+ actor;
      comment string; confidence string; confidence_id+ integer {0 Unknown, 1 Low, 2 Medium, 3 High, 99 Other};
      confidence_score integer; data_security+ data_security; database+ database; databucket+ databucket;
      device+ device; dst_endpoint+ network_endpoint; file+ file; finding_info! finding_info; impact string;
      impact_id integer {0 Unknown, 1 Low, 2 Medium, 3 High, 4 Critical, 99 Other}; impact_score integer;
      is_alert+ boolean; resources+ resource_details[]; risk_details string; risk_level string;
      risk_level_id integer {0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, 99 Other}; risk_score integer;
      src_endpoint+ network_endpoint; status string;
      status_id+ integer {0 Unknown, 1 New, 2 In Progress, 3 Suppressed, 4 Resolved, 5 Archived, 6 Deleted, 99 Other};
      table+ table; vendor_attributes vendor_attributes
    `,
  },
  3002: {
    name: 'authentication',
    category: 3,
    attributes: `
      account_switch_type+ string;
      account_switch_type_id+ integer {0 Unknown, 1 Substitute User, 2 Impersonate, 99 Other};
      activity_id! integer {0 Unknown, 1 Logon, 2 Logoff, 3 Authentication Ticket, 4 Service Ticket Request, 5 Service Ticket Renew, 6 Preauth, 7 Account Switch, 99 Other};
      actor+ actor; auth_factors auth_factor[]; auth_protocol+ string;
      auth_protocol_id+ integer {0 Unknown, 1 NTLM, 2 Kerberos, 3 Digest, 4 OpenID, 5 SAML, 6 OAUTH 2.0, 7 PAP, 8 CHAP, 9 EAP, 10 RADIUS, 11 Basic Authentication, 12 LDAP, 99 Other};
      authentication_token authentication_token; certificate+ certificate; dst_endpoint+ network_endpoint;
      http_request http_request; http_response http_response; is_cleartext boolean; is_mfa+ boolean;
      is_new_logon boolean; is_remote+ boolean; logon_process process; logon_type+ string;
      logon_type_id+ integer {0 Unknown, 1 System, 2 Interactive, 3 Network, 4 Batch, 5 OS Service, 7 Unlock, 8 Network Cleartext, 9 New Credentials, 10 Remote Interactive, 11 Cached Interactive, 12 Cached Remote Interactive, 13 Cached Unlock, 99 Other};
      service+ service; session+ session; src_endpoint+ network_endpoint; status+ string;
      status_id+ integer {0 Unknown, 1 Success, 2 Failure, 99 Other}; user! user
    `,
    atLeastOne: ['service', 'dst_endpoint'],
  },
  3004: {
    name: 'entity_management',
    category: 3,
    attributes: `
      access_list string[]; access_mask integer;
      activity_id! integer {0 Unknown, 1 Create, 2 Read, 3 Update, 4 Delete, 5 Move, 6 Enroll, 7 Unenroll, 8 Enable, 9 Disable, 10 Activate, 11 Deactivate, 12 Suspend, 13 Resume, 99 Other};
      actor+ actor; comment+ string; entity! managed_entity; entity_result+ managed_entity;
      http_request http_request; http_response http_response; src_endpoint+ network_endpoint; status+ string;
      status_id+ integer {0 Unknown, 1 Success, 2 Failure, 99 Other}
    `,
  },
  3005: {
    name: 'user_access',
    category: 3,
    attributes: `
      activity_id! integer {0 Unknown, 1 Assign Privileges, 2 Revoke Privileges, 99 Other}; actor+ actor;
      http_request http_request; http_response http_response; privileges! string[]; resources+ resource_details[];
      src_endpoint+ network_endpoint; status+ string; status_id+ integer {0 Unknown, 1 Success, 2 Failure, 99 Other};
      user! user
    `,
  },
  6003: {
    name: 'api_activity',
    category: 6,
    attributes: `
      activity_id! integer {0 Unknown, 1 Create, 2 Read, 3 Update, 4 Delete, 99 Other}; actor! actor; api! api;
      dst_endpoint+ network_endpoint; http_request+ http_request; http_response+ http_response;
      resources+ resource_details[]; src_endpoint! network_endpoint; status+ string;
      status_id+ integer {0 Unknown, 1 Success, 2 Failure, 99 Other}
    `,
  },
};
