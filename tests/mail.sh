# Sourced by tests/run: a Dovecot, a Postfix and a sink for what goes out, in a folder of their own, thrown away when the
# script ends.
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
  start_dovecot
  start_postfix
  start_sink
}

# Any user, any mailbox, the password "secret".
start_dovecot() {
  local imap lmtp
  imap=$(free_port)
  lmtp=$(free_port)
  mkdir "$mail_folder/home"
  as_root chown nobody "$mail_folder/home"
  cat > "$mail_folder/dovecot.conf" <<END
base_dir = $mail_folder/dovecot
state_dir = $mail_folder/dovecot
log_path = $mail_folder/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
recipient_delimiter = +
first_valid_uid = 1
mail_location = maildir:~/Maildir
lmtp_save_to_detail_mailbox = no
passdb {
  driver = static
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
    port = 0
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
  export GUICHET_TEST_IMAP=127.0.0.1:$imap GUICHET_TEST_DOVECOT_LMTP=127.0.0.1:$lmtp
}

# Everything for rives.example goes on by LMTP, and is tried again every second.
start_postfix() {
  local smtp lmtp folder=$mail_folder/postfix
  smtp=$(free_port)
  lmtp=$(free_port)
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
virtual_transport = lmtp:inet:127.0.0.1:$lmtp
recipient_delimiter = +
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
  as_root postfix -c "$folder" start 2>/dev/null
  export GUICHET_TEST_POSTFIX=127.0.0.1:$smtp GUICHET_TEST_POSTFIX_LMTP=127.0.0.1:$lmtp
}

start_sink() {
  local port
  port=$(free_port)
  mkdir "$mail_folder/sink"
  /usr/bin/python3 tests/peers/smtp_sink.py "$port" "$mail_folder/sink" &
  echo $! > "$mail_folder/sink.pid"
  until [ -e "$mail_folder/sink/ready" ]; do sleep 0.1; done
  export GUICHET_TEST_SMTP=127.0.0.1:$port GUICHET_TEST_SMTP_SINK=$mail_folder/sink
}

stop_mail() {
  [ -n "$mail_folder" ] || return 0
  [ ! -f "$mail_folder/sink.pid" ] || kill "$(cat "$mail_folder/sink.pid")" || true
  as_root postfix -c "$mail_folder/postfix" stop 2>/dev/null || true
  as_root doveadm -c "$mail_folder/dovecot.conf" stop 2>/dev/null || true
  as_root rm -rf "$mail_folder"
}
