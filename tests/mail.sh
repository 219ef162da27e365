# Sourced by tests/run: a Dovecot, a Postfix, a service that knows OAuth 2 tokens and a sink for what goes out, in a folder of
# their own, thrown away when the script ends. Both servers speak TLS with a certificate made here, and ask Dovecot who may
# log in.
#
# `start_mail` exports where they are; `stop_mail` belongs into the script's exit trap. Needs `as_root`: mail servers change
# users.

mail_folder=

free_port() {
  /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_mail() {
  mail_folder=$(mktemp -d /tmp/guichet-mail.XXXXXX)
  chmod 755 "$mail_folder"
  make_certificates
  make_dkim_key
  start_tokens
  start_dovecot
  start_sink
  start_postfix
}

# One for "localhost" alone, by an authority that nobody knows; and another authority, which has nothing to do with it.
make_certificates() {
  local folder=$mail_folder/tls authority
  mkdir "$folder"
  for authority in authority other; do
    openssl req -x509 -days 2 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=Rives $authority" \
      -keyout "$folder/$authority.key" -out "$folder/$authority.pem" 2>/dev/null
  done
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
    -keyout "$folder/server.key" -out "$folder/server.csr" 2>/dev/null
  echo subjectAltName=DNS:localhost > "$folder/server.ext"
  openssl x509 -req -days 2 -in "$folder/server.csr" -CA "$folder/authority.pem" -CAkey "$folder/authority.key" \
    -extfile "$folder/server.ext" -out "$folder/server.pem" 2>/dev/null
  export GUICHET_TEST_TLS=$folder
}

# A key to sign with, and the record in which the sink finds the other half.
make_dkim_key() {
  local folder=$mail_folder/dkim
  mkdir "$folder" "$folder/dns"
  openssl genrsa -out "$folder/key.pem" 2048 2>/dev/null
  printf 'v=DKIM1; k=rsa; p=%s' "$(openssl rsa -in "$folder/key.pem" -pubout -outform der 2>/dev/null | base64 -w0)" \
    > "$folder/dns/guichet._domainkey.rives.example"
  export GUICHET_TEST_DKIM_KEY=$folder/key.pem
}

# The introspection of RFC 7662, at a port that Dovecot is told.
start_tokens() {
  tokens=$(free_port)
  /usr/bin/python3 tests/peers/oauth_tokens.py "$tokens" "$mail_folder/tokens.ready" &
  echo $! > "$mail_folder/tokens.pid"
  until [ -e "$mail_folder/tokens.ready" ]; do sleep 0.1; done
}

# Any user, any mailbox, the password "secret" or a token that is good.
start_dovecot() {
  local imap imaps lmtp
  imap=$(free_port)
  imaps=$(free_port)
  lmtp=$(free_port)
  mkdir "$mail_folder/home"
  as_root chown nobody "$mail_folder/home"
  cat > "$mail_folder/oauth2.conf" <<END
introspection_mode = post
introspection_url = http://127.0.0.1:$tokens/introspect
username_attribute = username
active_attribute = active
active_value = true
END
  cat > "$mail_folder/dovecot.conf" <<END
base_dir = $mail_folder/dovecot
state_dir = $mail_folder/dovecot
log_path = $mail_folder/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <$mail_folder/tls/server.pem
ssl_key = <$mail_folder/tls/server.key
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
recipient_delimiter = +
first_valid_uid = 1
mail_location = maildir:~/Maildir
lmtp_save_to_detail_mailbox = no
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = $mail_folder/oauth2.conf
}
passdb {
  driver = static
  mechanisms = plain login
  args = password=secret
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=$mail_folder/home/%n allow_all_users=yes
}
service imap-login {
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = $imaps
    ssl = yes
  }
}
# Whoever fails to log in does not wait longer each time.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener $mail_folder/auth {
    mode = 0666
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = $lmtp
  }
}
END
  as_root dovecot -c "$mail_folder/dovecot.conf"
  export GUICHET_TEST_IMAP=127.0.0.1:$imap GUICHET_TEST_IMAPS=localhost:$imaps GUICHET_TEST_DOVECOT_LMTP=127.0.0.1:$lmtp
}

# What comes for these addresses goes on by LMTP, each at a port of its own, and is tried again every second. Whoever logs in,
# over TLS alone, may send to anybody: it goes on to the sink.
start_postfix() {
  local smtp submission submissions lmtp name transports= folder=$mail_folder/postfix
  smtp=$(free_port)
  submission=$(free_port)
  submissions=$(free_port)
  for name in postfix story returned; do
    lmtp=$(free_port)
    transports+=" { $name@rives.example = lmtp:inet:127.0.0.1:$lmtp }"
    export "GUICHET_TEST_POSTFIX_LMTP_${name^^}=127.0.0.1:$lmtp"
  done
  mkdir "$folder" "$folder/queue" "$folder/data"
  as_root chown postfix "$folder/data"
  cat > "$folder/main.cf" <<END
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
maillog_file = $folder/log
maillog_file_prefixes = $folder
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.rives.example
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
virtual_mailbox_domains = rives.example
virtual_mailbox_maps = static:all
virtual_transport = error:5.1.1 nobody of that name
transport_maps = inline:{$transports }
recipient_delimiter = +
relayhost = [127.0.0.1]:${GUICHET_TEST_SMTP##*:}
smtpd_tls_cert_file = $mail_folder/tls/server.pem
smtpd_tls_key_file = $mail_folder/tls/server.key
smtpd_sasl_type = dovecot
smtpd_sasl_path = $mail_folder/auth
message_size_limit = 60000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
transport_retry_time = 1s
END
  # The package's services: smtpd at our port, and nothing in a root of its own, for which the folder is not made.
  sed -E "s/^smtp +inet /127.0.0.1:$smtp inet /; s/^([^#[:space:]]+ +[a-z-]+ +[^ ]+ +[^ ]+ +)[yn-]/\1n/" \
    /usr/share/postfix/master.cf.dist > "$folder/master.cf"
  cat >> "$folder/master.cf" <<END
127.0.0.1:$submission inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
127.0.0.1:$submissions inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
END
  as_root postfix -c "$folder" start 2>/dev/null
  export GUICHET_TEST_POSTFIX=127.0.0.1:$smtp
  export GUICHET_TEST_SUBMISSION=localhost:$submission GUICHET_TEST_SUBMISSIONS=localhost:$submissions
}

start_sink() {
  local port
  port=$(free_port)
  mkdir "$mail_folder/sink"
  /usr/bin/python3 tests/peers/smtp_sink.py "$port" "$mail_folder/sink" "$mail_folder/dkim/dns" &
  echo $! > "$mail_folder/sink.pid"
  until [ -e "$mail_folder/sink/ready" ]; do sleep 0.1; done
  export GUICHET_TEST_SMTP=127.0.0.1:$port GUICHET_TEST_SMTP_SINK=$mail_folder/sink
}

stop_mail() {
  [ -n "$mail_folder" ] || return 0
  local peer
  for peer in sink tokens; do
    [ ! -f "$mail_folder/$peer.pid" ] || kill "$(cat "$mail_folder/$peer.pid")" || true
  done
  as_root postfix -c "$mail_folder/postfix" stop 2>/dev/null || true
  as_root doveadm -c "$mail_folder/dovecot.conf" stop 2>/dev/null || true
  as_root rm -rf "$mail_folder"
}
