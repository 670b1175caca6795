# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Turkish of what people read, by its English."""

from __future__ import annotations

# Texts that are read as they stand, or filled with their values where they are said.
TEXTS = {
    ".": ",",
    # The decision, and states.
    "READY": "HAZIR",
    "NOT READY": "HAZIR DEĞİL",
    "NOT PROVEN": "KANITLANMADI",
    "Ready": "Hazır",
    "Not ready": "Hazır değil",
    "Not proven": "Kanıtlanmadı",
    "ready": "hazır",
    "not ready": "hazır değil",
    "not proven": "kanıtlanmadı",
    "Ready for production": "Canlı ortama hazır",
    "Not ready for production": "Canlı ortama hazır değil",
    "Not proven to be ready": "Hazır olduğu kanıtlanmadı",
    "proven": "kanıtlandı",
    "holds": "sağlanıyor",
    "fails": "sağlanmıyor",
    "does not hold": "sağlanmıyor",
    "do not hold": "sağlanmıyor",
    "waived": "muaf",
    "stale": "güncel değil",
    "too old": "çok eski",
    "unproven": "kanıtlanmadı",
    "not started": "başlanmadı",
    "only accepted": "yalnızca kabul edildi",
    "as declared": "tanımlandığı gibi",
    "would be changed": "değişiklik var",
    "plan out of date": "plan güncel değil",
    "plan not whole": "plan eksik",
    "not planned": "planlanmadı",
    "Every claim of every phase that has started holds, or is waived.": (
        "Başlanan aşamaların bütün kontrolleri sağlanıyor ya da muaf tutulmuş."
    ),
    "Something that was promised does not hold.": "Taahhüt edilen bir şey sağlanmıyor.",
    "Nothing is known to be wrong, but not everything is proven.": "Bilinen bir sorun yok, ancak her şey kanıtlanmış değil.",
    "Never proven: {count} of what the roadmap counts on.": "Yol haritasının dayandıklarından {count} tanesi hiç kanıtlanmadı.",
    "No evidence at all of {hosts}.": "Hakkında hiç kanıt olmayanlar: {hosts}.",
    "Only accepted: {count}. That rests on what an emulator was told and does nothing with; on AWS there is no such claim.": (
        "Yalnızca kabul edilen: {count}. Bunlar bir emülatörün kaydedip uygulamadığı ayarlara dayanır; AWS'de böyle bir kontrol yoktur."
    ),
    "{count} of {all} claims hold": "{all} kontrolden {count} tanesi sağlanıyor",
    "{application} in {environment}": "{application}, {environment} ortamı",
    # Phases, priorities, actions.
    "Immediate": "Hemen",
    "Short term": "Kısa vade",
    "Medium term": "Orta vade",
    "Long term": "Uzun vade",
    "Done": "Daha önce yapılanlar",
    "Metrics": "Metrikler",
    "Other": "Diğer",
    "immediate": "hemen",
    "short_term": "kısa vade",
    "medium_term": "orta vade",
    "long_term": "uzun vade",
    "done": "daha önce yapılanlar",
    "metrics": "metrikler",
    "critical": "kritik",
    "high": "yüksek",
    "medium": "orta",
    "low": "düşük",
    "create": "oluştur",
    "update": "değiştir",
    "delete": "sil",
    "Alarms": "Alarmlar",
    "Health checks": "Sağlık kontrolleri",
    "Cache": "Önbellek",
    "Scaling": "Ölçekleme",
    # Comparisons.
    "equals": "eşit",
    "differs": "farklı",
    "below": "küçük",
    "above": "büyük",
    "at most": "en çok",
    "at least": "en az",
    "contains": "içeriyor",
    "among": "şunlardan biri",
    "younger than days": "yaşı (gün) en çok",
    "matches": "desene uyuyor",
    "expected {comparison} {value}": "beklenen: {comparison} {value}",
    "saw {value}": "görülen: {value}",
    # Ages and amounts.
    "{count} s": "{count} sn",
    "{count} min": "{count} dk",
    "{count} h": "{count} sa",
    "{count} more day": "{count} gün kaldı",
    "{count} more days": "{count} gün kaldı",
    "ended": "süresi doldu",
    "ends today": "bugün bitiyor",
    "{age} before": "{age} önce",
    "{age} before the decision": "karardan {age} önce",
    "{reason}, until {until}": "{reason}, bitiş: {until}",
    "and {count} more": "ve {count} tane daha",
    "and {count} others": "ve {count} tane daha",
    "and {count} more, which matter less": "ve önceliği daha düşük {count} adım daha",
    "{count} characters; readiness.json has them all": "{count} karakter; tamamı readiness.json dosyasında",
    "no data": "veri yok",
    "none": "yok",
    "nothing": "hiçbir şey",
    "never": "hiç yapılmadı",
    "yes": "evet",
    "no": "hayır",
    "all": "tümü",
    "All": "Tümü",
    # Heads, labels and headings.
    "Metric": "Metrik",
    "Seen": "Görülen",
    "Expected": "Beklenen",
    "When": "Ne zaman",
    "Claim": "Kontrol",
    "Claims": "Kontroller",
    "Phase": "Aşama",
    "Plan": "Plan",
    "Place": "Yer",
    "Places": "Yerler",
    "Resource": "Kaynak",
    "Name": "Ad",
    "Fields": "Alanlar",
    "Item": "Madde",
    "State": "Durum",
    "Reason": "Gerekçe",
    "Until": "Bitiş",
    "Decision": "Karar",
    "Decided at": "Karar zamanı:",
    "Reported at": "Rapor zamanı:",
    "Application": "Uygulama",
    "Account": "Hesap",
    "Region": "Bölge",
    "Account, region": "Hesap, bölge",
    "Hold": "Sağlanan",
    "Do not": "Sağlanmayan",
    "What holds it back": "Engelleyen",
    "Holds it back": "Engelleyen",
    "Roles": "Roller",
    "Proven": "Kanıt",
    "Failure": "Arıza",
    "Ready for it": "Hazırlık",
    "Drill": "Tatbikat",
    "Drills": "Tatbikatlar",
    "Waivers": "Muafiyetler",
    "Waivers and their ends": "Muafiyetler ve bitiş tarihleri",
    "Page": "Sayfa",
    "Search": "Ara",
    "Show all": "Tümünü göster",
    "Copy": "Kopyala",
    "Copied": "Kopyalandı",
    "Asked": "Sorulan",
    "Error": "Hata",
    "By": "Kim",
    "Waived": "Muafiyet",
    "Note": "Not",
    "Link": "Bağlantı",
    "Link to this claim": "Bu kontrolün bağlantısı",
    "Link to this item": "Bu maddenin bağlantısı",
    "To the claims": "Kontrollere geç",
    "To the places": "Yerlere geç",
    "What to do next": "Sıradaki adımlar",
    "What holds production back": "Canlıya geçişi engelleyenler",
    "What counts": "Başarı ölçütleri",
    "What a run would change now": "Şimdi çalıştırılsa ne değişir",
    "What it costs a month": "Aylık maliyet",
    "The roadmap": "Yol haritası",
    "The roadmap, and what was seen": "Yol haritası ve görülenler",
    "Claims that do not hold": "Sağlanmayan kontroller",
    "Claims about no item": "Hiçbir maddeye ait olmayan kontroller",
    "Decisions before": "Önceki kararlar",
    "Decisions, the last first": "Kararlar, en yenisi başta",
    "{count} decision": "{count} karar",
    "{count} decisions, the last first": "{count} karar, en yenisi başta",
    "the oldest evidence was seen {age} before": "en eski kanıt bundan {age} önce görüldü",
    "No success metric was measured.": "Hiçbir başarı ölçütü ölçülmedi.",
    "These do not hold or are not proven:": "Sağlanmayan ya da kanıtlanmayanlar:",
    "Every claim with its evidence is in readiness.json beside this file, and here where JavaScript may run.": (
        "Bütün kontroller kanıtlarıyla birlikte bu dosyanın yanındaki readiness.json dosyasındadır; JavaScript açıksa burada da görünür."
    ),
    "Decided by {program}. The same for machines is in readiness.json and readiness.xml beside this file, and for a pull request in "
    "readiness.md.": (
        "Kararı {program} verdi. Aynısı makineler için bu dosyanın yanındaki readiness.json ve readiness.xml dosyalarında, "
        "pull request için readiness.md dosyasındadır."
    ),
    "Promised: {promise}.": "Taahhüt: {promise}.",
    "Priority: {priority}.": "Öncelik: {priority}.",
    "{count} missing": "{count} eksik",
    "{count} of {all} claims shown": "{all} kontrolden {count} tanesi gösteriliyor",
    "{count} of {all} places shown": "{all} yerden {count} tanesi gösteriliyor",
    "Show {count} of {left} more": "Kalan {left} kontrolden {count} tanesini daha göster",
    "Show {left} more": "{left} tane daha göster",
    "That is {count} day ago: decide again before you rely on it.": "{count} gün önceydi: güvenmeden önce yeniden karar aldırın.",
    "That is {count} days ago: decide again before you rely on it.": "{count} gün önceydi: güvenmeden önce yeniden karar aldırın.",
    "nobody: a task of the role saw it": "kimseye sorulmadı: rolün bir görevi gördü",
    "{id}, of role {role}, about {item}": "{id}, rol: {role}, madde: {item}",
    "rests on {count} samples, and takes {needed}": "{count} örneğe dayanıyor, en az {needed} gerekli",
    "what was asked takes this setting and does nothing with it": "sorulan taraf bu ayarı alıyor ama uygulamıyor",
    # Metrics.
    "must be {limit}": "olması gereken: {limit}",
    "{value}, the limit is {limit}": "{value}, sınır: {limit}",
    "Samples": "Örnek sayısı",
    "{count}, of {needed} that it takes": "{count}, en az {needed} gerekli",
    "Window": "Pencere",
    "{span}, to {time} UTC": "{span}, bitiş: {time} UTC",
    "Error budget used": "Harcanan hata bütçesi",
    "{used} % of {allowed} %": "%{used} (bütçe: %{allowed})",
    "Burn rate, last hour": "Tükenme hızı, son saat",
    "Seen over the window; the dashed line is the limit": "Pencere boyunca görülen; kesik çizgi sınırdır",
    "Seen by the decisions before": "Önceki kararlarda görülen",
    "The course of: {metric}; its figures are below": "Seyri: {metric}; rakamları aşağıdadır",
    "What earlier decisions saw of: {metric}; the figures are under Decisions before": (
        "Önceki kararlarda görülen: {metric}; rakamları Önceki kararlar başlığı altındadır"
    ),
    "{claim}, at {host}": "{claim}; yer: {host}",
    "Figures and source": "Rakamlar ve kaynak",
    "Figures of: {metric}": "Rakamlar: {metric}",
    "{source}, in steps of {span}": "{source}, adım: {span}",
    "the worst of {count} steps each": "her biri {count} adımın en kötüsü",
    "Time, UTC": "Zaman, UTC",
    "Value": "Değer",
    "at": "zaman",
    "limit": "sınır",
    "seen": "görülen",
    "Claims that do not hold, are not proven or are waived, at each decision; the figures are in the table below": (
        "Her kararda sağlanmayan, kanıtlanmayan ya da muaf tutulan kontroller; rakamlar aşağıdaki tablodadır"
    ),
    # Plans and costs.
    "Plan of {phase}": "{phase} aşamasının planı",
    "plan of {phase}": "{phase} aşamasının planı",
    "{create} to create, {update} to change, {delete} to remove, planned {at} UTC": (
        "{create} oluşturulacak, {update} değişecek, {delete} silinecek; plan zamanı {at} UTC"
    ),
    "{count} resource": "{count} kaynak",
    "{count} resources": "{count} kaynak",
    "{host} costs {cost}": "{host} maliyeti: {cost}",
    "about {usd} USD a month in {region} at list prices": "{region} bölgesinde liste fiyatlarıyla ayda yaklaşık {usd} USD",
    "{about}, {count} not priced": "{about}, {count} kalem fiyatlanmadı",
    "On": "Açık olan",
    "Quantity": "Miktar",
    "Unit price, USD": "Birim fiyat, USD",
    "USD a month": "Aylık USD",
    "Source": "Kaynak",
    "not priced": "fiyatlanmadı",
    "{count} price": "{count} fiyat",
    "{count} prices": "{count} fiyat",
    "Prices at {host}": "Fiyatlar, yer: {host}",
    "Not estimated: {what}.": "Tahmine girmeyenler: {what}.",
    "requests and capacity units of DynamoDB, S3, WAF and the load balancer": (
        "DynamoDB, S3, WAF ve yük dengeleyicinin istekleri ve kapasite birimleri"
    ),
    "data transfer, NAT gateways and public addresses": "veri aktarımı, NAT ağ geçitleri ve genel IP adresleri",
    "volumes, snapshots, backups and kept logs": "diskler, anlık görüntüler, yedekler ve saklanan loglar",
    "custom metrics, and what AWS gives for free": "özel metrikler ve AWS'nin ücretsiz verdikleri",
    "paid for by data and use, which only its metrics tell": "veri ve kullanıma göre ücretlenir, bunu yalnızca metrikleri gösterir",
    "as Linux on demand": "on-demand Linux olarak",
    "Logs taken in": "Alınan loglar",
    "as much as in the last day": "son bir gündeki kadar",
    "CloudWatch has not counted it yet": "CloudWatch henüz saymadı",
    "as of an endpoint outside AWS; inside it is less": "AWS dışındaki bir uç nokta gibi; AWS içinde daha azdır",
    "the Price List has no such product": "fiyat listesinde böyle bir ürün yok",
    # The fleet.
    "fleet {environment}": "{environment} filosu",
    "The places, the worst first": "Yerler, en kötüsü başta",
    "A line for each place": "Her yer için bir satır",
    "claims that no item counts on": "hiçbir maddenin dayanmadığı kontroller",
    "{count} place: {decisions}; {holds} of {all} claims hold, {waived} waived, {fails} do not hold, {unproven} not proven": (
        "{count} yer: {decisions}; {all} kontrolden {holds} sağlanıyor, {waived} muaf, {fails} sağlanmıyor, {unproven} kanıtlanmadı"
    ),
    "{count} places: {decisions}; {holds} of {all} claims hold, {waived} waived, {fails} do not hold, {unproven} not proven": (
        "{count} yer: {decisions}; {all} kontrolden {holds} sağlanıyor, {waived} muaf, {fails} sağlanmıyor, {unproven} kanıtlanmadı"
    ),
    "Made by {readiness} and {fleet}. The same for machines is in fleet.json beside this file.": (
        "{readiness} ve {fleet} ile üretildi. Aynısı makineler için bu dosyanın yanındaki fleet.json dosyasındadır."
    ),
    # Papers.
    "From evidence of {at}. Do not edit: `playbooks/readiness.yml` writes it anew.": (
        "{at} tarihli kanıtlardan. Elle değiştirmeyin: `playbooks/readiness.yml` yeniden yazar."
    ),
    "Recovery plan": "Kurtarma planı",
    "What runs where": "Ne nerede çalışıyor",
    "Seen by: {what}": "Nasıl anlaşılır: {what}",
    "Addresses that were asked:": "Sorulan adresler:",
    "Drill `{name}` at {host}, {at}: {state}.": "`{name}` tatbikatı, yer: {host}, {at}: {state}.",
    "drill {name} at {host}, {at}": "{name} tatbikatı, yer: {host}, {at}",
    "Drill {name} at {host}": "{name} tatbikatı, yer: {host}",
    # The load test.
    "Load test of {site}": "{site} yük testi",
    "{rate} requests a second for {seconds} s, sent when their time had come, whatever the answers took": (
        "{seconds} sn boyunca saniyede {rate} istek; yanıtların süresinden bağımsız olarak zamanı geldiğinde gönderildi"
    ),
    "by {count} process": "{count} süreç tarafından",
    "by {count} processes": "{count} süreç tarafından",
    "The limits were kept": "Sınırlar aşılmadı",
    "The limits were not kept": "Sınırlar aşıldı",
    "How long answers took, second by second": "Yanıt süreleri, saniye saniye",
    "Percentiles 50, 95 and 99 of the answer times in milliseconds for each second of the test; the figures are in the table at the end": (
        "Testin her saniyesi için yanıt sürelerinin 50, 95 ve 99. yüzdelikleri, milisaniye; rakamlar sondaki tablodadır"
    ),
    "Requests a second": "Saniyedeki istek sayısı",
    "Requests sent and failed in each second of the test; the figures are in the table at the end": (
        "Testin her saniyesinde gönderilen ve başarısız olan istekler; rakamlar sondaki tablodadır"
    ),
    "By request": "İsteğe göre",
    "Request": "İstek",
    "Requests": "İstek sayısı",
    "Sent": "Gönderilen",
    "Failed": "Başarısız",
    "How they ended": "Nasıl sonuçlandılar",
    "Answer": "Yanıt",
    "Answers": "Yanıt sayısı",
    "not sent in time": "zamanında gönderilemedi",
    "Said": "Değer",
    "The figures of the charts": "Grafiklerin rakamları",
    "Second by second": "Saniye saniye",
    "Second": "Saniye",
    "second of the test": "testin saniyesi",
    "second": "saniye",
    "a second": "saniyede",
    "limit of p95": "p95 sınırı",
    "sent": "gönderilen",
    "failed": "başarısız",
    # Why something does not count.
    "planned too long ago to count": "sayılmayacak kadar eski planlandı",
    "never planned here": "burada hiç planlanmadı",
    "the plan failed, so it is not whole": "plan başarısız oldu, bu yüzden eksik",
    "no decision was made here": "burada karar alınmadı",
    "this run broke here": "bu çalıştırma burada yarıda kaldı",
    "no claim was proven": "hiçbir kontrol kanıtlanmadı",
    # The roadmap.
    "Environment and secrets": "Ortam değişkenleri ve gizli bilgiler",
    "Every variable is validated, lies in one secret, and rotates by its declared way": (
        "Her değişken doğrulanır, tek bir secret içinde durur ve tanımlanan yöntemle yenilenir"
    ),
    "Alarms, dashboard, budgets, recovery, lifecycles": "Alarmlar, gösterge paneli, bütçeler, kurtarma, yaşam döngüleri",
    "Alarms that notify, a dashboard of real metrics, budgets that tell who spends more than planned, tables restorable to any second, "
    "buckets that clean up": (
        "Bildirim gönderen alarmlar, gerçek metriklerden bir gösterge paneli, planı aşan harcamayı bildiren bütçeler, "
        "herhangi bir saniyeye geri döndürülebilen tablolar, kendini temizleyen bucket'lar"
    ),
    "Install, migrate, deploy, health check": "Kurulum, veritabanı geçişi, dağıtım, sağlık kontrolü",
    "Installed from the lock file, migrated once, switched atomically without a failed request, rolled back by itself": (
        "Kilit dosyasından kurulur, veritabanı geçişi bir kez yapılır, tek istek kaybetmeden atomik olarak geçilir, "
        "sorunda kendiliğinden geri alınır"
    ),
    "Load balancer, certificates, health checks": "Yük dengeleyici, sertifikalar, sağlık kontrolleri",
    "Before the application a load balancer in two zones, with modern TLS, security headers and targets that leave before they fail; asked "
    "from outside whether it is there": (
        "Uygulamanın önünde iki erişilebilirlik alanında bir yük dengeleyici; güncel TLS, güvenlik başlıkları ve hata vermeden önce "
        "ayrılan hedefler; ayakta olup olmadığı dışarıdan yoklanır"
    ),
    "Web ACL, rules that count before they block, attacks and benign requests": (
        "Web ACL, engellemeden önce sayan kurallar, saldırılar ve zararsız istekler"
    ),
    "Before its load balancer a web ACL whose new rules count first, block when no benign request matches, and are tried by attacks": (
        "Yük dengeleyicinin önünde bir web ACL; yeni kuralları önce sayar, zararsız istek eşleşmiyorsa engeller ve saldırılarla denenir"
    ),
    "Cache that fails over, cached endpoints, hit rate": "Yük devreden önbellek, önbellekli uç noktalar, isabet oranı",
    "An encrypted cache with a replica in another zone, which answers more than 80 % of what may be cached, and whose loss fails no "
    "request": (
        "Başka bir erişilebilirlik alanında replikası olan şifreli bir önbellek; önbelleğe alınabilen isteklerin %80'inden "
        "fazlasını yanıtlar, kaybı tek bir isteği bile düşürmez"
    ),
    "Auto scaling, load test": "Otomatik ölçekleme, yük testi",
    "Instances that fetch their release and secret themselves follow the load and are replaced without a failed request; under a constant "
    "rate 95 % of requests are answered within 500 ms and fewer than 1 % fail": (
        "Sürümünü ve secret'ını kendisi alan sunucular yükü izler ve tek istek kaybetmeden değiştirilir; sabit hızda isteklerin %95'i "
        "500 ms içinde yanıtlanır, %1'inden azı başarısız olur"
    ),
    "Production environment variables": "Canlı ortam değişkenleri",
    "Every variable is declared, valid and in the secret": "Her değişken tanımlı, geçerli ve secret içinde",
    "Database backup strategy": "Veritabanı yedekleme stratejisi",
    "What is lost can be restored": "Kaybedilen geri yüklenebilir",
    "DynamoDB point-in-time recovery": "DynamoDB belirli bir ana geri dönme (PITR)",
    "Tables can be restored to any second of their window": "Tablolar kurtarma penceresindeki herhangi bir saniyeye geri döndürülebilir",
    "S3 lifecycle policies": "S3 yaşam döngüsü ilkeleri",
    "Objects move, expire and are cleaned up as declared": "Nesneler tanımlandığı gibi taşınır, süresi dolunca silinir ve temizlenir",
    "CloudWatch alarms": "CloudWatch alarmları",
    "What hurts customers is watched": "Müşteriyi etkileyen her şey izlenir",
    "Monitoring dashboard": "İzleme paneli",
    "One dashboard, of metrics that exist": "Var olan metriklerden oluşan tek bir gösterge paneli",
    "Enhanced rate limiting": "Gelişmiş hız sınırlama",
    "Who floods the site is stopped": "Siteyi istek yağmuruna tutan durdurulur",
    "Error alerting": "Hata bildirimleri",
    "Alarms reach somebody": "Alarmlar birine ulaşır",
    "WAF": "WAF",
    "Attacks are blocked, benign requests pass": "Saldırılar engellenir, zararsız istekler geçer",
    "SSL/TLS management": "SSL/TLS yönetimi",
    "Modern TLS with a certificate that is not about to expire": "Güncel TLS ve süresi dolmak üzere olmayan bir sertifika",
    "Security headers": "Güvenlik başlıkları",
    "Answers carry the declared headers, and none that tell too much": (
        "Yanıtlar tanımlanan başlıkları taşır, gereğinden fazlasını söyleyen başlık taşımaz"
    ),
    "Auto scaling": "Otomatik ölçekleme",
    "Capacity follows the load": "Kapasite yükü izler",
    "Load balancer": "Yük dengeleyici",
    "Targets in two zones, healthy": "İki erişilebilirlik alanında sağlıklı hedefler",
    "Redis caching layer": "Redis önbellek katmanı",
    "An encrypted cache that fails over": "Yük devreden şifreli bir önbellek",
    "Cache middleware": "Önbellek ara katmanı",
    "Endpoints are answered from the cache": "Uç noktalar önbellekten yanıtlanır",
    "Performance checklist": "Performans kontrol listesi",
    "The site keeps its limits under load": "Site yük altında sınırlarını aşmaz",
    "Deployment checklist": "Dağıtım kontrol listesi",
    "The declared release runs on every host, and is healthy": "Tanımlanan sürüm her sunucuda sağlıklı çalışır",
    "Log aggregation": "Log toplama",
    "Logs are kept for their time, and what matters in them is counted": "Loglar süresi kadar saklanır, içlerinde önemli olan sayılır",
    "Cost monitoring": "Maliyet izleme",
    "Who spends more than planned is told": "Planlanandan fazla harcayana haber verilir",
    "Disaster recovery plan": "Felaket kurtarma planı",
    "What to do in each case is written down, and each way is there": "Her durumda ne yapılacağı yazılıdır ve her yol hazırdır",
    "Production README": "Canlı ortam README dosyası",
    "Who is new finds what runs where, as it was last seen": "Ekibe yeni katılan, neyin nerede çalıştığını son görüldüğü hâliyle bulur",
    "Response time": "Yanıt süresi",
    "95 % of the requests are answered within 500 ms": "İsteklerin %95'i 500 ms içinde yanıtlanıyor",
    "95 % of the writes are answered within 500 ms": "Yazma işlemlerinin %95'i 500 ms içinde yanıtlanıyor",
    "Error rate": "Hata oranı",
    "Fewer than 1 % of the requests fail": "İsteklerin %1'inden azı başarısız oluyor",
    "Fewer than 1 % of the writes fail": "Yazma işlemlerinin %1'inden azı başarısız oluyor",
    "Cache hit rate": "Önbellek isabet oranı",
    "More than 80 % of what may be cached comes from the cache": "Önbelleğe alınabilenin %80'inden fazlası önbellekten geliyor",
    "Uptime": "Erişilebilirlik",
    "More than 99.9 % of the probes from outside are answered": "Dışarıdan yapılan yoklamaların %99,9'undan fazlası yanıtlanıyor",
    "Evidence": "Kanıtlar",
    "Evidence is as it was written, and dated by a clock that is right": (
        "Kanıtlar yazıldığı gibi duruyor ve doğru bir saatle tarihlenmiş"
    ),
    "Multi-region": "Çoklu bölge",
    "The application survives the loss of a region": "Uygulama bir bölgenin kaybında ayakta kalır",
    "APM, real users, advanced alerting": "APM, gerçek kullanıcı izleme, gelişmiş alarmlar",
    "Spans, page loads and burn rates are seen": "Span'ler, sayfa yüklemeleri ve tükenme hızları görülür",
    "Scanning, updates, penetration test, audit": "Tarama, güncellemeler, sızma testi, denetim",
    "What is vulnerable is found and mended by itself": "Güvenlik açıkları kendiliğinden bulunur ve giderilir",
    "Checklist, CDN, queries, caching": "Kontrol listesi, CDN, sorgular, önbellekleme",
    "Answers come from near, and the database is asked well": "Yanıtlar yakından gelir, veritabanı doğru sorgulanır",
    "Pipelines, blue-green, automated rollback": "Pipeline'lar, blue-green dağıtım, otomatik geri alma",
    "A bad release takes itself back": "Kötü bir sürüm kendini geri alır",
    "Disaster recovery": "Felaket kurtarma",
    "RPO and RTO are measured, not hoped for": "RPO ve RTO umulmaz, ölçülür",
    "Cost": "Maliyet",
    "What is paid for is used": "Ödenen kaynak kullanılır",
    # What may go wrong.
    "A release is bad": "Sürüm kötü",
    "Error rate or latency alarms soon after a deployment; /version says which release runs": (
        "Dağıtımdan hemen sonra hata oranı ya da gecikme alarmları; hangi sürümün çalıştığını /version söyler"
    ),
    "A secret has leaked": "Gizli bir değer sızdı",
    "Somebody says so, or CloudTrail shows who read it": "Biri haber verir ya da kimin okuduğunu CloudTrail gösterir",
    "A host, or one zone, is lost": "Bir sunucu ya da bir erişilebilirlik alanı kaybedildi",
    "UnHealthyHostCount; targets leave by themselves": "UnHealthyHostCount; hedefler kendiliğinden ayrılır",
    "The cache is lost": "Önbellek kaybedildi",
    "X-Cache: BYPASS, a low hit rate; requests go on": "X-Cache: BYPASS, düşük isabet oranı; istekler sürer",
    "More load than the instances take": "Sunucuların kaldırdığından fazla yük",
    "Latency, RequestCountPerTarget; the group is at its maximum": "Gecikme, RequestCountPerTarget; grup en büyük boyutunda",
    "Raise max_size in autoscaling.yml": "autoscaling.yml içinde max_size değerini artırın",
    "Items of a table are gone or wrong": "Bir tablonun kayıtları kayıp ya da yanlış",
    "The application, or its users, say so; find out since when": "Uygulama ya da kullanıcıları bildirir; ne zamandan beri olduğunu bulun",
    "Compare, then copy back what is missing, or name the restored table in the environment and deploy": (
        "Karşılaştırın, sonra eksikleri geri kopyalayın ya da geri yüklenen tabloyu ortam değişkenlerinde gösterip dağıtın"
    ),
    "Objects of a bucket are gone or wrong": "Bir bucket'ın nesneleri kayıp ya da yanlış",
    "404 of what was there": "Var olan bir nesne için 404",
    "A run of a playbook changed what it should not have": "Bir playbook çalıştırması değiştirmemesi gerekeni değiştirdi",
    "The journal says which run changed what": "Hangi çalıştırmanın neyi değiştirdiğini günlük söyler",
    "The site is attacked": "Siteye saldırılıyor",
    "Blocked requests, rate rules, latency": "Engellenen istekler, hız kuralları, gecikme",
    "Name their addresses in the IP set of waf.yml": "Adreslerini waf.yml içindeki IP kümesine yazın",
    "Alarms reach nobody": "Alarmlar kimseye ulaşmıyor",
    "Nothing, which is why it is drilled": "Belirtisi yoktur; tatbikatı bu yüzden yapılır",
    # Runbooks.
    "Look whether all is there that a run takes": "Çalıştırma için gereken her şey var mı, bak",
    "Apply the first phase": "Birinci aşamayı uygula",
    "Apply the second phase": "İkinci aşamayı uygula",
    "Prove what was promised": "Taahhüt edileni kanıtla",
    "Decide whether it is ready": "Hazır olup olmadığına karar ver",
    "See all places in one report": "Bütün yerleri tek raporda gör",
    "Deploy a release": "Bir sürüm dağıt",
    "Roll back to the release before": "Önceki sürüme geri dön",
    "Rotate secrets": "Gizli değerleri yenile",
    "Test under load": "Yük altında test et",
    "Let rules of the web ACL block": "Web ACL kurallarını engelleme moduna al",
    "Take a run back": "Bir çalıştırmayı geri al",
    "Take a lock from a run that died": "Yarıda ölen bir çalıştırmanın kilidini kaldır",
    "Drill: alarms reach somebody": "Tatbikat: alarmlar birine ulaşır",
    "Drill: a host fails behind the load balancer": "Tatbikat: yük dengeleyicinin arkasında bir sunucu arızalanır",
    "Drill: the cache fails over": "Tatbikat: önbellek yük devreder",
    "Drill: a group follows the load": "Tatbikat: grup yükü izler",
    # Claims without a place.
    "blocks": "engelliyor",
    "counts": "sayıyor",
    "allows": "izin veriyor",
    "lets its rule group act": "kural grubunun kararını uyguluyor",
    "There are alarms that notify, and they were set off": "Bildirim gönderen alarmlar var ve tetiklendiler",
    "No alarm is muted": "Susturulmuş alarm yok",
    "Most requests were answered": "İsteklerin çoğu yanıtlandı",
    "It was tested with the declared requests, at the declared rates": "Tanımlanan isteklerle, tanımlanan hızlarda test edildi",
    "The evidence was as it had been written": "Kanıtlar yazıldığı gibi duruyordu",
    "The replication group has all its nodes again, after so many seconds": (
        "Replikasyon grubu bütün düğümlerine yeniden kavuştu (saniye olarak)"
    ),
    "Attacks were matched by the rules that they are meant for": "Saldırılar kendileri için yazılan kurallarla eşleşti",
    "WAF's sampled requests show the attacks": "WAF'ın örneklediği istekler saldırıları gösteriyor",
}

# Sentences that evidence holds with their values in place: what stands in a place is taken from there.
SENTENCES = {
    "{count} day": "{count} gün",
    "{count} days": "{count} gün",
    "{count} hour": "{count} saat",
    "{count} hours": "{count} saat",
    "{count} minute": "{count} dakika",
    "{count} minutes": "{count} dakika",
    "{judged}, {samples} samples in {span}": "{judged}, {span:say} içinde {samples} örnek",
    "{judged}, {samples} of {needed} samples in {span}": "{judged}, {span:say} içinde {samples} örnek (en az {needed} gerekli)",
    "{told}, burn rate {rate}": "{told:say}, tükenme hızı {rate}",
    # Why something does not count.
    "role {name}": "{name} rolü",
    "claim {name}": "{name} kontrolü",
    "no {what} was proven": "{what:say} için kanıt yok",
    "no claim of role {role} was proven": "{role} rolünün hiçbir kontrolü kanıtlanmadı",
    "was seen at {at}, too long ago to count": "{at} tarihinde görüldü, sayılmayacak kadar eski",
    "was seen at {at}, which is to come: a clock is wrong": "{at} tarihinde görüldü, bu tarih henüz gelmedi: bir saat yanlış",
    "was decided at {at}, too long ago to count": "{at} tarihinde karar verildi, sayılmayacak kadar eski",
    "was decided at {at}, which is to come: a clock is wrong": "{at} tarihinde karar verildi, bu tarih henüz gelmedi: bir saat yanlış",
    "its last decision does not count: {file} is none": "son kararı sayılmaz: {file} bir karar değil",
    "its last decision does not count: {file} {why}": "son kararı sayılmaz: {file} {why}",
    "the plan does not count: it {why}": "plan sayılmaz: {why}",
    "does not count: {file} {why}": "sayılmaz: {file} {why}",
    "not enough data: {count} of {needed} samples": "yeterli veri yok: {count} örnek, en az {needed} gerekli",
    "{count} change was made since it was planned": "planlandıktan sonra {count} değişiklik yapıldı",
    "{count} changes were made since it was planned": "planlandıktan sonra {count} değişiklik yapıldı",
    "{kind} {name} is missing": "{kind} {name} eksik",
    "{kind} {name} differs": "{kind} {name} farklı",
    "{kind} {name} is too many": "{kind} {name} fazla",
    # Costs.
    "{count} Application Load Balancer": "{count} Application Load Balancer",
    "{count} Application Load Balancers": "{count} Application Load Balancer",
    "{count} cache node {kind}, {engine}": "{count} önbellek düğümü {kind}, {engine}",
    "{count} cache nodes {kind}, {engine}": "{count} önbellek düğümü {kind}, {engine}",
    "Serverless cache {name}": "Sunucusuz önbellek {name}",
    "{count} instance {kind} of Auto Scaling groups": "Auto Scaling gruplarında {count} sunucu {kind}",
    "{count} instances {kind} of Auto Scaling groups": "Auto Scaling gruplarında {count} sunucu {kind}",
    "Storage of {count} table": "{count} tablonun depolama alanı",
    "Storage of {count} tables": "{count} tablonun depolama alanı",
    "Standard storage of {count} bucket": "{count} bucket için standart depolama",
    "Standard storage of {count} buckets": "{count} bucket için standart depolama",
    "CloudWatch knows the size of {count} of them": "CloudWatch bunlardan {count} tanesinin boyutunu biliyor",
    "{count} web ACL": "{count} web ACL",
    "{count} web ACLs": "{count} web ACL",
    "{count} rule of web ACLs": "{count} web ACL kuralı",
    "{count} rules of web ACLs": "{count} web ACL kuralı",
    "{count} metric of alarms": "{count} alarm metriği",
    "{count} metrics of alarms": "{count} alarm metriği",
    "{count} metric of alarms of high resolution": "{count} yüksek çözünürlüklü alarm metriği",
    "{count} metrics of alarms of high resolution": "{count} yüksek çözünürlüklü alarm metriği",
    "{count} composite alarm": "{count} bileşik alarm",
    "{count} composite alarms": "{count} bileşik alarm",
    "{count} dashboard": "{count} gösterge paneli",
    "{count} dashboards": "{count} gösterge paneli",
    "{count} secret": "{count} secret",
    "{count} secrets": "{count} secret",
    "{count} health check": "{count} sağlık kontrolü",
    "{count} health checks": "{count} sağlık kontrolü",
    "{count} option of health checks ({names})": "{count} sağlık kontrolü seçeneği ({names})",
    "{count} options of health checks ({names})": "{count} sağlık kontrolü seçeneği ({names})",
    # Claims: alb, uptime.
    "The load balancer {name} is active, in two zones or more": "{name} yük dengeleyicisi etkin ve en az iki erişilebilirlik alanında",
    "The load balancer {name} has {key}: {value}": "{name} yük dengeleyicisinde {key}: {value}",
    "The load balancer {name} writes its access log to {bucket}": "{name} yük dengeleyicisi erişim logunu {bucket} bucket'ına yazıyor",
    "Enough targets of {name} are healthy": "{name} grubunda yeterince sağlıklı hedef var",
    "The listener {name} speaks {protocol} as declared": "{name} dinleyicisi tanımlandığı gibi {protocol} konuşuyor",
    "The listener {name} has all its rules": "{name} dinleyicisinin bütün kuralları yerinde",
    "{url} answers {status}": "{url} yanıtı: {status}",
    "Requests to {domain} without TLS are sent to HTTPS for good": (
        "{domain} adresine TLS'siz gelen istekler kalıcı olarak HTTPS'e yönleniyor"
    ),
    "Answers of {domain} carry {header}": "{domain} yanıtlarında {header} başlığı var",
    "Answers of {domain} do not carry {header}": "{domain} yanıtlarında {header} başlığı yok",
    "{domain} accepts {version}": "{domain} {version} bağlantısını kabul ediyor",
    "{domain} refuses {version}": "{domain} {version} bağlantısını reddediyor",
    "The certificate that {domain} shows is trusted, and is the declared one": (
        "{domain} adresinin gösterdiği sertifika güvenilir ve tanımlanan sertifika"
    ),
    "The certificate that {domain} shows is valid for {days} days or more": (
        "{domain} adresinin gösterdiği sertifika en az {days} gün daha geçerli"
    ),
    "A client sent {rate} requests a second, {requests} in all, 95 % answered within {time} ms; so many could not be sent in time": (
        "Bir istemci saniyede {rate} istek, toplam {requests} istek gönderdi, %95'i {time} ms içinde yanıtlandı; zamanında gönderilemeyen"
    ),
    "A client sent {rate} requests a second, {requests} in all; so many could not be sent in time": (
        "Bir istemci saniyede {rate} istek, toplam {requests} istek gönderdi; zamanında gönderilemeyen"
    ),
    "The target {target} was made to fail and left within the time of its health check, {seconds} s.{remark}": (
        "{target} hedefi arızalandırıldı ve sağlık kontrolünün süresi içinde, {seconds} sn, ayrıldı.{remark}"
    ),
    "The target {target} was repaired and came back within the time of its health check, {seconds} s.{remark}": (
        "{target} hedefi onarıldı ve sağlık kontrolünün süresi içinde, {seconds} sn, geri geldi.{remark}"
    ),
    "Of {requests} requests {failed} failed while the load balancer had not noticed yet, as many as an ALB sends to a target that it takes "
    "for healthy; so many failed before or later": (
        "{requests} istekten {failed} tanesi yük dengeleyici henüz fark etmemişken başarısız oldu, bu bir ALB'nin sağlıklı saydığı hedefe "
        "gönderdiği kadardır; öncesinde ya da sonrasında başarısız olan"
    ),
    "The load balancer itself counted no fewer answers with 5xx than the client saw, {failed}": (
        "Yük dengeleyicinin saydığı 5xx yanıtları istemcinin gördüğünden, {failed}, az değil"
    ),
    "The health check {name} is there, as declared": "{name} sağlık kontrolü tanımlandığı gibi yerinde",
    "More than half of the checkers of {name} see {domain} healthy from outside": (
        "{name} denetleyicilerinin yarısından fazlası {domain} adresini dışarıdan sağlıklı görüyor"
    ),
    # Claims: app_deploy, autoscaling.
    "{host} answers at {url} as the release that is deployed": "{host}, {url} adresinde dağıtılan sürüm olarak yanıt veriyor",
    "{host} is healthy": "{host} sağlıklı",
    "What is installed on {host} is what the lock file says": "{host} üzerinde kurulu olan, kilit dosyasında yazanla aynı",
    "The process on {host} has the environment that the secret holds": (
        "{host} üzerindeki süreç secret içindeki ortam değişkenleriyle çalışıyor"
    ),
    "Nothing is left to do on {host}": "{host} üzerinde yapılacak iş kalmadı",
    "The load balancer finds {host} healthy": "Yük dengeleyici {host} sunucusunu sağlıklı görüyor",
    "Instances of {name} answer what they are asked about themselves to nobody without a token (IMDSv2)": (
        "{name} sunucuları kendileri hakkındaki soruları token olmadan kimseye yanıtlamıyor (IMDSv2)"
    ),
    "The group {name} has between {least} and {most} instances, in two zones or more": (
        "{name} grubunda {least} ile {most} arasında sunucu var, en az iki erişilebilirlik alanında"
    ),
    "The group {name} has as many healthy instances in service as it wants": "{name} grubunda istenen sayıda sağlıklı sunucu hizmette",
    "Every instance of {name} that serves is of the version of its launch template that the group stands on": (
        "{name} grubunda hizmet veren her sunucu, grubun başlatma şablonunun geçerli sürümünden"
    ),
    "What the group {name} does is counted": "{name} grubunun yaptıkları ölçülüyor",
    "The scaling policy {name} of {group} is in force": "{group} grubunun {name} ölçekleme ilkesi yürürlükte",
    "Alarms of AWS's own run the scaling policy {name} of {group}": (
        "{group} grubunun {name} ölçekleme ilkesini AWS'nin kendi alarmları çalıştırıyor"
    ),
    "The scheduled action {name} of {group} is to come": "{group} grubunun {name} zamanlanmış eylemi sırada",
    "The service {service} has between {least} and {most} tasks": "{service} servisinde {least} ile {most} arasında görev var",
    "{url} answers": "{url} yanıt veriyor",
    "{url} is answered by the release {release}": "{url} adresini {release} sürümü yanıtlıyor",
    "An alarm of the group's policies told of the load in time, after so many seconds.{remark}": (
        "Grubun ilkelerinin bir alarmı yükü zamanında bildirdi (saniye olarak).{remark}"
    ),
    "{group} grew from {before} to {after} instances, and a new one served after so many seconds": (
        "{group} {before} sunucudan {after} sunucuya büyüdü, yenisi hizmete girdi (saniye olarak)"
    ),
    "{group} was back at {before} instances so many seconds after the last request": (
        "{group} son istekten sonra yeniden {before} sunucuya döndü (saniye olarak)"
    ),
    "Of {requests} requests so many failed while instances came": "Sunucular eklenirken {requests} istekten başarısız olan",
    # Claims: cloudwatch, cost, dynamodb.
    "Somebody has confirmed to be told by the topic {name}": "{name} konusunun bildirimlerini almayı biri onayladı",
    "The alarm {name} notifies when it goes off": "{name} alarmı çaldığında bildirim gönderiyor",
    "CloudWatch can evaluate the alarm {name}": "CloudWatch {name} alarmını değerlendirebiliyor",
    "The dashboard {name} has all its widgets": "{name} gösterge panelinin bütün bileşenleri yerinde",
    "Logs in {name} are kept for {days} days": "{name} içindeki loglar {days} gün saklanıyor",
    "The filter {name} of {group} emits its metric": "{group} grubunun {name} filtresi metriğini üretiyor",
    "The alarm {name} was set off and its notification arrived": "{name} alarmı tetiklendi ve bildirimi ulaştı",
    "The budget {name} is there, of the declared amount": "{name} bütçesi tanımlanan tutarla yerinde",
    "Somebody is told when {at} of the budget {budget}": "{budget} bütçesinde birine haber verilen durum: {at:say}",
    "more than {percent} % is spent": "%{percent} üzeri harcama",
    "less than {percent} % is spent": "%{percent} altı harcama",
    "exactly {percent} % is spent": "tam %{percent} harcama",
    "more than {percent} % is forecast": "%{percent} üzeri tahmin",
    "less than {percent} % is forecast": "%{percent} altı tahmin",
    "exactly {percent} % is forecast": "tam %{percent} tahmin",
    "The topic {name} lets AWS Budgets publish": "{name} konusu AWS Budgets'ın yayın yapmasına izin veriyor",
    "Table {name} is there and active": "{name} tablosu var ve etkin",
    "Table {name} can be restored to any second of its last {days} days": (
        "{name} tablosu son {days} günün herhangi bir saniyesine geri döndürülebilir"
    ),
    "Table {name} has a first moment that it can be restored to": "{name} tablosunun geri döndürülebileceği bir ilk an var",
    "Table {name} is protected from deletion: {value}": "{name} tablosu silinmeye karşı korumalı: {value}",
    "Items of table {name} expire by their {ttl}": "{name} tablosunun kayıtları {ttl} alanına göre siliniyor",
    "Table {name} is encrypted with a key that AWS owns": "{name} tablosu AWS'nin sahip olduğu bir anahtarla şifreli",
    "Table {name} is encrypted with a key in KMS": "{name} tablosu KMS içindeki bir anahtarla şifreli",
    "Table {name} is encrypted with its declared key": "{name} tablosu tanımlanan anahtarla şifreli",
    "Table {table} can be restored to restore point {name}": "{table} tablosu {name} geri yükleme noktasına döndürülebilir",
    "Table {name} has a restore point of the last {days} days": "{name} tablosunun son {days} günden bir geri yükleme noktası var",
    # Claims: elasticache, environment.
    "The replication group {name} is available, with a replica in another zone that takes over by itself": (
        "{name} replikasyon grubu kullanılabilir, başka erişilebilirlik alanında kendiliğinden devralan bir replikası var"
    ),
    "What {name} holds is encrypted on disk and on its way, and a password is asked for": (
        "{name} içindeki veri diskte ve aktarımda şifreli, parola isteniyor"
    ),
    "A snapshot of {name} is made each day, and kept for {days} days": (
        "{name} için her gün anlık görüntü alınıyor ve {days} gün saklanıyor"
    ),
    "The parameter group {group} has {parameter}: {value}": "{group} parametre grubunda {parameter}: {value}",
    "The serverless cache {name} is available, to the users of a user group alone": (
        "{name} sunucusuz önbelleği kullanılabilir, yalnızca bir kullanıcı grubunun kullanıcılarına açık"
    ),
    "The serverless cache {name} has {limit}: {value}": "{name} sunucusuz önbelleğinde {limit}: {value}",
    "A snapshot of the serverless cache {name} is made each day, and kept for {days} days": (
        "{name} sunucusuz önbelleği için her gün anlık görüntü alınıyor ve {days} gün saklanıyor"
    ),
    "A client connects to {name} by TLS with its password{host}": "Bir istemci {name} önbelleğine TLS ve parolasıyla bağlanıyor{host:say}",
    ", from {host}": ", istemci: {host}",
    "Nobody gets into {name} without a password, or without TLS": "Parolasız ya da TLS'siz kimse {name} önbelleğine giremiyor",
    "The application's secret has the address of {name}": "Uygulamanın secret'ında {name} adresi var",
    "{before} was given up, and {after} took over within {seconds} s": "{before} bırakıldı, {after} {seconds} sn içinde devraldı",
    "Of {requests} requests meanwhile so many failed": "Bu sırada {requests} istekten başarısız olan",
    "95 % of them were answered in less than {time} ms": "Bunların %95'i {time} ms altında yanıtlandı",
    "{name} in {secret} is as its schema says": "{secret} içindeki {name} şemasına uygun",
    "Every required variable, and every one of the .env file, is in {secret}": (
        "Zorunlu her değişken ve .env dosyasındaki her değişken {secret} içinde"
    ),
    "What does not rotate is in {secret} as in {file}": "Yenilenmeyen değerler {secret} içinde, {file} dosyasındaki gibi",
    "The value of {name} is younger than {days} days": "{name} değeri {days} günden yeni",
    "Exactly one version of {secret} is current": "{secret} için tam olarak bir geçerli sürüm var",
    "No rotation of {secret} was left half done": "{secret} için yarım kalmış yenileme yok",
    "The secret {secret} is tagged as this application's": "{secret} bu uygulamanın etiketini taşıyor",
    # Claims: load_test, readiness.
    "{site} was tested under load within {days} days": "{site} son {days} gün içinde yük altında test edildi",
    "{requests} requests or more were sent, at {rate} a second": "En az {requests} istek gönderildi, saniyede {rate}",
    "{percent} % or more of the rate was held": "Hızın en az %{percent} kadarı korundu",
    "The machine that tested was itself late by {time} ms at most, of 99 % of the requests": (
        "Test eden makinenin kendi gecikmesi isteklerin %99'unda en çok {time} ms"
    ),
    "None of the {workers} workers was lost before it had sent its part": "{workers} işçiden hiçbiri payını göndermeden kaybolmadı",
    "95 % of the requests were answered in less than {time} ms": "İsteklerin %95'i {time} ms altında yanıtlandı",
    "Fewer than {percent} % of the requests failed": "Başarısız isteklerin oranı %{percent} altında",
    "More than {percent} % of {answers} answers that may be cached came from the cache": (
        "Önbelleğe alınabilen {answers} yanıtın önbellekten gelen kısmı %{percent} üzerinde"
    ),
    "The decisions in {bucket} are locked, and as they had been written": "{bucket} içindeki kararlar kilitli ve yazıldıkları gibi",
    "This machine's clock and AWS's are within {seconds} s": "Bu makinenin saati ile AWS'ninki arasındaki fark en çok {seconds} sn",
    # Claims: s3.
    "Bucket {name} is there": "{name} bucket'ı var",
    "Bucket {name} keeps the public out as declared, by ACLs and by policies": (
        "{name} bucket'ı tanımlandığı gibi ACL ve ilkelerle dışarıya kapalı"
    ),
    "Objects in bucket {name} are owned as declared: {value}": "{name} bucket'ındaki nesnelerin sahipliği tanımlandığı gibi: {value}",
    "Bucket {name} denies every request without TLS": "{name} bucket'ı TLS'siz her isteği reddediyor",
    "The policy of bucket {name} is not public": "{name} bucket'ının ilkesi herkese açık değil",
    "Versions of objects in bucket {name} are kept: {value}": "{name} bucket'ında nesne sürümleri saklanıyor: {value}",
    "New objects in bucket {name} are encrypted with {algorithm}": "{name} bucket'ına gelen nesneler {algorithm} ile şifreleniyor",
    "Lifecycle rule {id} of bucket {name} is in force": "{name} bucket'ının {id} yaşam döngüsü kuralı yürürlükte",
    "Rule {id} of bucket {name} deletes objects after {days} days": "{name} bucket'ının {id} kuralı nesneleri {days} gün sonra siliyor",
    "Rule {id} of bucket {name} deletes versions that were replaced {days} days ago": (
        "{name} bucket'ının {id} kuralı eski sürümleri yenilendikten {days} gün sonra siliyor"
    ),
    "Rule {id} of bucket {name} moves objects to {class_} after {days} days": (
        "{name} bucket'ının {id} kuralı nesneleri {days} gün sonra {class_} sınıfına taşıyor"
    ),
    "Rule {id} of bucket {name} moves versions to {class_} {days} days after they were replaced": (
        "{name} bucket'ının {id} kuralı eski sürümleri yenilendikten {days} gün sonra {class_} sınıfına taşıyor"
    ),
    "Rule {id} of bucket {name} removes uploads that were not completed after {days} days": (
        "{name} bucket'ının {id} kuralı tamamlanmayan yüklemeleri {days} gün sonra kaldırıyor"
    ),
    # Claims: waf.
    "The web ACL {acl} is there, and its rules take at most {units} capacity units": (
        "{acl} web ACL'i var ve kuralları en çok {units} kapasite birimi kullanıyor"
    ),
    "The rule {rule} of {acl} {does}": "{acl} içindeki {rule} kuralı {does:say}",
    "The managed rule group of {rule} in {acl} is pinned to {version}": (
        "{acl} içindeki {rule} yönetilen kural grubu {version} sürümüne sabitlenmiş"
    ),
    "The version {version} of {group} has not expired": "{group} grubunun {version} sürümünün süresi dolmamış",
    "The managed rule group {group} of {rule} in {acl} has no versions that could be pinned": (
        "{acl} içindeki {rule} kuralının {group} yönetilen kural grubunda sabitlenebilecek sürüm yok"
    ),
    "The load balancer {balancer} is behind the web ACL {acl}": "{balancer} yük dengeleyicisi {acl} web ACL'inin arkasında",
    "The web ACL {acl} logs to {destination}": "{acl} web ACL'i loglarını {destination} hedefine yazıyor",
    "What is secret in a request is not in the log of {acl}": "İsteklerdeki gizli bilgiler {acl} logunda yer almıyor",
    "The scenarios were played against {site} within {days} days, and since they and the rules last changed": (
        "Senaryolar {site} üzerinde son {days} gün içinde ve senaryolarla kuralların son değişikliğinden sonra oynatıldı"
    ),
    "Of {attacks} attacks {blocked} were blocked; not blocked: {others}": (
        "{attacks} saldırıdan {blocked} tanesi engellendi; engellenmeyen: {others:say}"
    ),
    "Of {requests} benign requests {passed} passed; not passed: {others}": (
        "{requests} zararsız istekten {passed} tanesi geçti; geçmeyen: {others:say}"
    ),
    "The flood {id} was blocked, after {requests} requests in {seconds} seconds": (
        "{id} istek yağmuru {seconds} saniyede {requests} istekten sonra engellendi"
    ),
}
