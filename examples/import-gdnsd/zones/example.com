$TTL 3600
@	SOA	ns1 hostmaster (
		1	; serial
		7200 1800 259200 900 )
	NS	ns1
	MX	10 mail
ns1	A	192.0.2.53
mail	A	192.0.2.25
@	300	DYNA	geoip!www
www	300/60	DYNA	geoip!www
	TXT	"beside a geo name"
www-eu	300	DYNA	geoip!www/eu
static	60	DYNC	geoip!cdn
api	300	DYNA	multifo!ap
$ORIGIN de
shop	IN 5m	DYNA	geoip!www
