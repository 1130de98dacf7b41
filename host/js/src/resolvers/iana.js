// Copied by `cargo xtask wit` from the tables of the engine. Edit these, not this file.

export const SERVICES = `# Services, by the names and ports of IANA's registry "Service Name and Transport Protocol Port Number",
# with the names that /etc/services files traditionally add. The form is that of such a file.
tcpmux 1/tcp
tcpmux 1/udp
compressnet 2/tcp
compressnet 2/udp
rje 5/tcp
rje 5/udp
echo 7/tcp
echo 7/udp
discard 9/tcp sink null
discard 9/udp sink null
systat 11/tcp users
systat 11/udp users
daytime 13/tcp
daytime 13/udp
netstat 15/tcp
qotd 17/tcp quote
qotd 17/udp quote
msp 18/tcp
msp 18/udp
chargen 19/tcp ttytst source
chargen 19/udp ttytst source
ftp-data 20/tcp
ftp-data 20/udp
ftp 21/tcp
ftp 21/udp
ssh 22/tcp
telnet 23/tcp
smtp 25/tcp mail
nsw-fe 27/tcp
nsw-fe 27/udp
msg-icp 29/tcp
msg-icp 29/udp
msg-auth 31/tcp
msg-auth 31/udp
dsp 33/tcp
dsp 33/udp
time 37/tcp timserver
time 37/udp timserver
rap 38/tcp
rap 38/udp
rlp 39/tcp resource
rlp 39/udp resource
graphics 41/tcp
graphics 41/udp
nameserver 42/tcp name
nameserver 42/udp name
nicname 43/tcp whois
nicname 43/udp whois
mpm 45/tcp
mpm 45/udp
auditd 48/tcp
auditd 48/udp
tacacs 49/tcp
tacacs 49/udp
re-mail-ck 50/tcp
re-mail-ck 50/udp
xns-time 52/tcp
xns-time 52/udp
domain 53/tcp
domain 53/udp
xns-ch 54/tcp
xns-ch 54/udp
isi-gl 55/tcp
isi-gl 55/udp
xns-auth 56/tcp
xns-auth 56/udp
xns-mail 58/tcp
xns-mail 58/udp
ni-mail 61/tcp
ni-mail 61/udp
acas 62/tcp
acas 62/udp
whoispp 63/tcp whois++
whoispp 63/udp whois++
covia 64/tcp
covia 64/udp
tacacs-ds 65/tcp
tacacs-ds 65/udp
sql-net 66/tcp
sql-net 66/udp
bootps 67/tcp
bootps 67/udp
bootpc 68/tcp
bootpc 68/udp
tftp 69/tcp
tftp 69/udp
gopher 70/tcp
gopher 70/udp
netrjs-1 71/tcp
netrjs-1 71/udp
finger 79/tcp
finger 79/udp
http 80/tcp www www-http
http 80/udp www www-http
xfer 82/tcp
xfer 82/udp
ctf 84/tcp
ctf 84/udp
mfcobol 86/tcp
mfcobol 86/udp
kerberos 88/tcp kerberos5 krb5
kerberos 88/udp kerberos5 krb5
dnsix 90/tcp
dnsix 90/udp
npp 92/tcp
npp 92/udp
dcp 93/tcp
dcp 93/udp
objcall 94/tcp
objcall 94/udp
supdup 95/tcp
dixie 96/tcp
dixie 96/udp
swift-rvf 97/tcp
swift-rvf 97/udp
tacnews 98/tcp
tacnews 98/udp
metagram 99/tcp
metagram 99/udp
hostname 101/tcp hostnames
iso-tsap 102/tcp tsap
iso-tsap 102/udp tsap
gppitnp 103/tcp
gppitnp 103/udp
acr-nema 104/tcp
acr-nema 104/udp
csnet-ns 105/tcp cso
csnet-ns 105/udp cso
3com-tsmux 106/tcp
3com-tsmux 106/udp
rtelnet 107/tcp
rtelnet 107/udp
snagas 108/tcp
snagas 108/udp
pop2 109/tcp postoffice pop-2
pop2 109/udp postoffice pop-2
pop3 110/tcp pop-3
pop3 110/udp pop-3
sunrpc 111/tcp portmapper rpcbind
sunrpc 111/udp portmapper rpcbind
mcidas 112/tcp
mcidas 112/udp
auth 113/tcp authentication tap ident
sftp 115/tcp
sftp 115/udp
ansanotify 116/tcp
ansanotify 116/udp
uucp-path 117/tcp
uucp-path 117/udp
sqlserv 118/tcp
sqlserv 118/udp
nntp 119/tcp readnews untp
nntp 119/udp readnews untp
cfdptkt 120/tcp
cfdptkt 120/udp
erpc 121/tcp
erpc 121/udp
smakynet 122/tcp
smakynet 122/udp
ntp 123/tcp
ntp 123/udp
ansatrader 124/tcp
ansatrader 124/udp
locus-map 125/tcp
locus-map 125/udp
nxedit 126/tcp
nxedit 126/udp
locus-con 127/tcp
locus-con 127/udp
pwdgen 129/tcp
pwdgen 129/udp
cisco-fna 130/tcp
cisco-fna 130/udp
cisco-tna 131/tcp
cisco-tna 131/udp
cisco-sys 132/tcp
cisco-sys 132/udp
statsrv 133/tcp
statsrv 133/udp
ingres-net 134/tcp
ingres-net 134/udp
epmap 135/tcp loc-srv
epmap 135/udp loc-srv
profile 136/tcp
profile 136/udp
netbios-ns 137/tcp
netbios-ns 137/udp
netbios-dgm 138/tcp
netbios-dgm 138/udp
netbios-ssn 139/tcp
netbios-ssn 139/udp
imap 143/tcp imap2
imap 143/udp imap2
uma 144/tcp
uma 144/udp
uaac 145/tcp
uaac 145/udp
iso-tp0 146/tcp
iso-tp0 146/udp
iso-ip 147/tcp
iso-ip 147/udp
jargon 148/tcp
jargon 148/udp
sql-net 150/tcp
sql-net 150/udp
bftp 152/tcp
bftp 152/udp
sgmp 153/tcp
sgmp 153/udp
sqlsrv 156/tcp
sqlsrv 156/udp
pcmail-srv 158/tcp
pcmail-srv 158/udp
sgmp-traps 160/tcp
sgmp-traps 160/udp
snmp 161/tcp
snmp 161/udp
snmptrap 162/tcp snmp-trap
snmptrap 162/udp snmp-trap
cmip-man 163/tcp
cmip-man 163/udp
cmip-agent 164/tcp
cmip-agent 164/udp
mailq 174/tcp
mailq 174/udp
xdmcp 177/tcp
xdmcp 177/udp
nextstep 178/tcp
nextstep 178/udp
bgp 179/tcp
bgp 179/udp
prospero 191/tcp
prospero 191/udp
osu-nms 192/tcp
osu-nms 192/udp
srmp 193/tcp
srmp 193/udp
irc 194/tcp
irc 194/udp
smux 199/tcp
smux 199/udp
at-rtmp 201/tcp
at-rtmp 201/udp
at-nbp 202/tcp
at-nbp 202/udp
at-echo 204/tcp
at-echo 204/udp
at-zis 206/tcp
at-zis 206/udp
qmtp 209/tcp
qmtp 209/udp
z39.50 210/tcp z3950 wais
z39.50 210/udp z3950 wais
ipx 213/tcp
ipx 213/udp
mpp 218/tcp
mpp 218/udp
imap3 220/tcp
imap3 220/udp
esro-gen 259/tcp
esro-gen 259/udp
bgmp 264/tcp
bgmp 264/udp
odmr 366/tcp
odmr 366/udp
rpc2portmap 369/tcp
rpc2portmap 369/udp
codaauth2 370/tcp
codaauth2 370/udp
clearcase 371/tcp
clearcase 371/udp
ulistproc 372/tcp
ulistproc 372/udp
ldap 389/tcp
ldap 389/udp
mptn 397/tcp
mptn 397/udp
ups 401/tcp
ups 401/udp
imsp 406/tcp
imsp 406/udp
svrloc 427/tcp
svrloc 427/udp
mobileip-agent 434/tcp
mobileip-agent 434/udp
https 443/tcp
https 443/udp
https 443/sctp
snpp 444/tcp
snpp 444/udp
microsoft-ds 445/tcp
microsoft-ds 445/udp
kpasswd 464/tcp
kpasswd 464/udp
urd 465/tcp ssmtp smtps submissions
photuris 468/tcp
photuris 468/udp
saft 487/tcp
saft 487/udp
gss-http 488/tcp
gss-http 488/udp
pim-rp-disc 496/tcp
pim-rp-disc 496/udp
iso-ill 499/tcp
iso-ill 499/udp
isakmp 500/tcp
isakmp 500/udp
exec 512/tcp
biff 512/udp comsat
login 513/tcp
who 513/udp whod
shell 514/tcp cmd
syslog 514/udp
printer 515/tcp spooler
printer 515/udp spooler
videotex 516/tcp
videotex 516/udp
talk 517/tcp
talk 517/udp
ntalk 518/tcp
ntalk 518/udp
utime 519/tcp unixtime
utime 519/udp unixtime
efs 520/tcp
router 520/udp route routed
ripng 521/tcp
ripng 521/udp
ulp 522/tcp
ulp 522/udp
ibm-db2 523/tcp
ibm-db2 523/udp
ncp 524/tcp
ncp 524/udp
timed 525/tcp timeserver
timed 525/udp timeserver
tempo 526/tcp newdate
tempo 526/udp newdate
courier 530/tcp rpc
courier 530/udp rpc
conference 531/tcp chat
conference 531/udp chat
netnews 532/tcp
netnews 532/udp
netwall 533/tcp
netwall 533/udp
gdomap 538/tcp
gdomap 538/udp
uucp 540/tcp uucpd
uucp 540/udp uucpd
klogin 543/tcp
klogin 543/udp
kshell 544/tcp krcmd
kshell 544/udp krcmd
dhcpv6-client 546/tcp
dhcpv6-client 546/udp
dhcpv6-server 547/tcp
dhcpv6-server 547/udp
afpovertcp 548/tcp
afpovertcp 548/udp
rtsp 554/tcp
rtsp 554/udp
remotefs 556/tcp rfs_server rfs
remotefs 556/udp rfs_server rfs
nntps 563/tcp snntp
nntps 563/udp snntp
9pfs 564/tcp
9pfs 564/udp
whoami 565/tcp
whoami 565/udp
submission 587/tcp
submission 587/udp
nqs 607/tcp
nqs 607/udp
npmp-local 610/tcp dqs313_qmaster
npmp-local 610/udp dqs313_qmaster
asf-rmcp 623/tcp
asf-rmcp 623/udp
qmqp 628/tcp
qmqp 628/udp
ipp 631/tcp
ipp 631/udp
ldaps 636/tcp
ldaps 636/udp
tinc 655/tcp
tinc 655/udp
acap 674/tcp
acap 674/udp
asipregistry 687/tcp
asipregistry 687/udp
ha-cluster 694/tcp
ha-cluster 694/udp
epp 700/tcp
epp 700/udp
silc 706/tcp
silc 706/udp
kerberos-adm 749/tcp
kerberos-adm 749/udp
kerberos-iv 750/udp kerberos4 kdc
webster 765/tcp
webster 765/udp
domain-s 853/tcp
domain-s 853/udp
iscsi 860/tcp
iscsi 860/udp
rsync 873/tcp
rsync 873/udp
ftps-data 989/tcp
ftps-data 989/udp
ftps 990/tcp
ftps 990/udp
telnets 992/tcp
telnets 992/udp
imaps 993/tcp
imaps 993/udp
pop3s 995/tcp
pop3s 995/udp
socks 1080/tcp
socks 1080/udp
rmiregistry 1099/tcp
rmiregistry 1099/udp
kpop 1109/tcp
lotusnote 1352/tcp lotusnotes
lotusnote 1352/udp lotusnotes
ms-sql-s 1433/tcp
ms-sql-s 1433/udp
ms-sql-m 1434/tcp
ms-sql-m 1434/udp
wins 1512/tcp
wins 1512/udp
ingreslock 1524/tcp
ingreslock 1524/udp
datametrics 1645/tcp old-radius
datametrics 1645/udp old-radius
sa-msg-port 1646/tcp old-radacct
sa-msg-port 1646/udp old-radacct
kermit 1649/tcp
kermit 1649/udp
l2f 1701/tcp l2tp
l2f 1701/udp l2tp
h323gatestat 1719/tcp
h323gatestat 1719/udp
h323hostcall 1720/tcp
h323hostcall 1720/udp
pptp 1723/tcp
pptp 1723/udp
radius 1812/tcp
radius 1812/udp
radius-acct 1813/tcp radacct
radius-acct 1813/udp radacct
msnp 1863/tcp
msnp 1863/udp
mqtt 1883/tcp
mqtt 1883/udp
ssdp 1900/tcp
ssdp 1900/udp
hsrp 1985/tcp
hsrp 1985/udp
cisco-sccp 2000/tcp
cisco-sccp 2000/udp
nfs 2049/tcp nfsd shilp
nfs 2049/udp nfsd shilp
gnunet 2086/tcp
gnunet 2086/udp
rtcm-sc104 2101/tcp
rtcm-sc104 2101/udp
zephyr-srv 2102/tcp
zephyr-srv 2102/udp
zephyr-clt 2103/tcp
zephyr-clt 2103/udp
zephyr-hm 2104/tcp
zephyr-hm 2104/udp
eklogin 2105/tcp
kx 2111/tcp
ninstall 2150/tcp
ninstall 2150/udp
docker 2375/tcp
docker-s 2376/tcp
etcd-client 2379/tcp
etcd-server 2380/tcp
cvspserver 2401/tcp
cvspserver 2401/udp
venus 2430/tcp
venus 2430/udp
venus-se 2431/tcp
venus-se 2431/udp
codasrv 2432/tcp
codasrv 2432/udp
mon 2583/tcp
mon 2583/udp
dict 2628/tcp
dict 2628/udp
gsiftp 2811/tcp
gsiftp 2811/udp
gpsd 2947/tcp
gpsd 2947/udp
gds-db 3050/tcp
gds-db 3050/udp
icpv2 3130/tcp icp
icpv2 3130/udp icp
iscsi-target 3260/tcp
iscsi-target 3260/udp
mysql 3306/tcp
mysql 3306/udp
ms-wbt-server 3389/tcp rdp
ms-wbt-server 3389/udp rdp
stun 3478/tcp turn
stun 3478/udp turn
nut 3493/tcp
nut 3493/udp
distcc 3632/tcp
distcc 3632/udp
daap 3689/tcp
daap 3689/udp
svn 3690/tcp subversion
svn 3690/udp subversion
suucp 4031/tcp
suucp 4031/udp
sieve 4190/tcp
rwhois 4321/tcp
rwhois 4321/udp
epmd 4369/tcp
epmd 4369/udp
remctl 4373/tcp
remctl 4373/udp
ipsec-nat-t 4500/tcp
ipsec-nat-t 4500/udp
iax 4569/tcp
iax 4569/udp
radmin-port 4899/tcp
radmin-port 4899/udp
commplex-main 5000/tcp
commplex-main 5000/udp
sip 5060/tcp
sip 5060/udp
sip 5060/sctp
sip-tls 5061/tcp sips
sip-tls 5061/udp sips
xmpp-client 5222/tcp jabber-client
capwap-control 5246/udp
capwap-data 5247/udp
xmpp-server 5269/tcp jabber-server
cfengine 5308/tcp
cfengine 5308/udp
stuns 5349/tcp turns
stuns 5349/udp turns
mdns 5353/tcp
mdns 5353/udp
llmnr 5355/tcp
llmnr 5355/udp
postgresql 5432/tcp postgres
postgresql 5432/udp postgres
freeciv 5556/tcp
freeciv 5556/udp
nsca 5667/tcp
amqps 5671/tcp
amqps 5671/udp
amqp 5672/tcp
amqp 5672/udp
amqp 5672/sctp
coap 5683/tcp
coap 5683/udp
coaps 5684/tcp
coaps 5684/udp
rfb 5900/tcp vnc-server
rfb 5900/udp vnc-server
wsman 5985/tcp
wsman 5985/udp
wsmans 5986/tcp
wsmans 5986/udp
x11 6000/tcp
x11 6000/udp
gnutella-svc 6346/tcp
gnutella-svc 6346/udp
gnutella-rtr 6347/tcp
gnutella-rtr 6347/udp
redis 6379/tcp
sane-port 6566/tcp sane
sane-port 6566/udp sane
ircu 6667/tcp
ircu 6667/udp
ircs-u 6697/tcp
afs3-fileserver 7000/tcp bbs
afs3-fileserver 7000/udp bbs
afs3-callback 7001/tcp
afs3-callback 7001/udp
afs3-prserver 7002/tcp
afs3-prserver 7002/udp
afs3-vlserver 7003/tcp
afs3-vlserver 7003/udp
afs3-kaserver 7004/tcp
afs3-kaserver 7004/udp
afs3-volser 7005/tcp
afs3-volser 7005/udp
afs3-bos 7007/tcp
afs3-bos 7007/udp
afs3-update 7008/tcp
afs3-update 7008/udp
afs3-rmtsys 7009/tcp
afs3-rmtsys 7009/udp
font-service 7100/tcp xfs
font-service 7100/udp xfs
http-alt 8080/tcp webcache
http-alt 8080/udp webcache
puppet 8140/tcp
secure-mqtt 8883/tcp
secure-mqtt 8883/udp
bacula-dir 9101/tcp
bacula-dir 9101/udp
bacula-fd 9102/tcp
bacula-fd 9102/udp
bacula-sd 9103/tcp
bacula-sd 9103/udp
git 9418/tcp
git 9418/udp
ndmp 10000/tcp
ndmp 10000/udp
zabbix-agent 10050/tcp
zabbix-agent 10050/udp
zabbix-trapper 10051/tcp
zabbix-trapper 10051/udp
amanda 10080/tcp
amanda 10080/udp
dicom 11112/tcp
dicom 11112/udp
memcache 11211/tcp
memcache 11211/udp
hkp 11371/tcp
hkp 11371/udp
bpcd 13782/tcp
bpcd 13782/udp
vopied 13783/tcp
vopied 13783/udp
wnn6 22273/tcp
wnn6 22273/udp
quake 26000/tcp
quake 26000/udp
mongodb 27017/tcp
traceroute 33434/tcp
traceroute 33434/udp
`;

export const PROTOCOLS = `# Protocols, by the names and numbers of IANA's registry "Assigned Internet Protocol Numbers". The form
# is that of an /etc/protocols file; "ip" for 0 is what those files traditionally add.
ip 0 IP
hopopt 0 HOPOPT
icmp 1 ICMP
igmp 2 IGMP
ggp 3 GGP
ipencap 4 IP-ENCAP IPv4
st 5 ST
tcp 6 TCP
cbt 7 CBT
egp 8 EGP
igp 9 IGP
bbn-rcc-mon 10 BBN-RCC-MON
nvp-ii 11 NVP-II
pup 12 PUP
argus 13 ARGUS
emcon 14 EMCON
xnet 15 XNET
chaos 16 CHAOS
udp 17 UDP
mux 18 MUX
dcn-meas 19 DCN-MEAS
hmp 20 HMP
prm 21 PRM
xns-idp 22 XNS-IDP
trunk-1 23 TRUNK-1
trunk-2 24 TRUNK-2
leaf-1 25 LEAF-1
leaf-2 26 LEAF-2
rdp 27 RDP
irtp 28 IRTP
iso-tp4 29 ISO-TP4
netblt 30 NETBLT
mfe-nsp 31 MFE-NSP
merit-inp 32 MERIT-INP
dccp 33 DCCP
3pc 34 3PC
idpr 35 IDPR
xtp 36 XTP
ddp 37 DDP
idpr-cmtp 38 IDPR-CMTP
tp++ 39 TP++
il 40 IL
ipv6 41 IPv6
sdrp 42 SDRP
ipv6-route 43 IPv6-Route
ipv6-frag 44 IPv6-Frag
idrp 45 IDRP
rsvp 46 RSVP
gre 47 GRE
dsr 48 DSR
bna 49 BNA
esp 50 IPSEC-ESP
ah 51 IPSEC-AH
i-nlsp 52 I-NLSP
swipe 53 SWIPE
narp 54 NARP
mobile 55 MOBILE
tlsp 56 TLSP
skip 57 SKIP
ipv6-icmp 58 IPv6-ICMP icmpv6
ipv6-nonxt 59 IPv6-NoNxt
ipv6-opts 60 IPv6-Opts
cftp 62 CFTP
sat-expak 64 SAT-EXPAK
kryptolan 65 KRYPTOLAN
rvd 66 RVD
ippc 67 IPPC
sat-mon 69 SAT-MON
visa 70 VISA
ipcv 71 IPCV
cpnx 72 CPNX
rspf 73 RSPF CPHB
wsn 74 WSN
pvp 75 PVP
br-sat-mon 76 BR-SAT-MON
sun-nd 77 SUN-ND
wb-mon 78 WB-MON
wb-expak 79 WB-EXPAK
iso-ip 80 ISO-IP
vmtp 81 VMTP
secure-vmtp 82 SECURE-VMTP
vines 83 VINES
ttp 84 TTP IPTM
nsfnet-igp 85 NSFNET-IGP
dgp 86 DGP
tcf 87 TCF
eigrp 88 EIGRP
ospf 89 OSPFIGP
sprite-rpc 90 Sprite-RPC
larp 91 LARP
mtp 92 MTP
ax.25 93 AX.25
ipip 94 IPIP
micp 95 MICP
scc-sp 96 SCC-SP
etherip 97 ETHERIP
encap 98 ENCAP
gmtp 100 GMTP
ifmp 101 IFMP
pnni 102 PNNI
pim 103 PIM
aris 104 ARIS
scps 105 SCPS
qnx 106 QNX
a/n 107 A/N
ipcomp 108 IPComp
snp 109 SNP
compaq-peer 110 Compaq-Peer
ipx-in-ip 111 IPX-in-IP
vrrp 112 VRRP CARP
pgm 113 PGM
l2tp 115 L2TP
ddx 116 DDX
iatp 117 IATP
stp 118 STP
srp 119 SRP
uti 120 UTI
smp 121 SMP
sm 122 SM
ptp 123 PTP
isis 124 ISIS
fire 125 FIRE
crtp 126 CRTP
crudp 127 CRUDP
sscopmce 128 SSCOPMCE
iplt 129 IPLT
sps 130 SPS
pipe 131 PIPE
sctp 132 SCTP
fc 133 FC
rsvp-e2e-ignore 134 RSVP-E2E-IGNORE
mobility-header 135 Mobility-Header
udplite 136 UDPLite
mpls-in-ip 137 MPLS-in-IP
manet 138 MANET
hip 139 HIP
shim6 140 Shim6
wesp 141 WESP
rohc 142 ROHC
ethernet 143 Ethernet
aggfrag 144 AGGFRAG
nsh 145 NSH
`;
