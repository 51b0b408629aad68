desk() { curl -sS --cacert authority.crt -b jar -c jar "$@"; }
titles() { grep -o '<h2 lang.*</h2>' | sed 's/<[^>]*>//g'; }
sign_in() {
  token=$(desk https://localhost:8585/sign-in | sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p' | head -1)
  desk -o /dev/null -w '%{http_code} %{redirect_url}\n' -H 'origin: https://localhost:8585' --data-urlencode "token=$token" \
    -d name=admin --data-urlencode "password=$(docker compose run --rm -T setup cat /secrets/vault/desk 2>/dev/null)" \
    https://localhost:8585/sign-in
}
other() {  # the watch over the real feeds, with ports of its own
  KUZET_KIBANA_PORT=5602 KUZET_DESK_PORT=8586 timeout 900 \
    docker compose -p kuzet-other -f docker-compose.yml -f tests/support/containers/compose.yml "$@"
}
containers() { docker compose ps -a --format '{{.Service}} {{.ID}}' | sort; }
well() {  # waits until every service is healthy, and the watch is content
  for i in $(seq 150); do
    docker compose ps -a --format '{{.Status}}' | grep -qE 'starting|unhealthy|^Created' ||
      { docker compose exec -T index kuzet status --check >/dev/null 2>&1 && return 0; }
    sleep 4
  done
  docker compose ps -a; return 1
}
