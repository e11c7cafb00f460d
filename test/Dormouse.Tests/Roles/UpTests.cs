using System.Globalization;
using System.Net;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Data;
using Dormouse.Edge;
using Dormouse.Roles;
using Dormouse.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Tests.Roles;

public sealed class UpTests
{
    private static readonly UpOptions Options = new() { Folder = DataFolder.Resolve("/data") };

    private static readonly UpReport Report = new("http://127.0.0.1:4466", "/data", 42, true, null, ["ok       cores: 2."]);

    [Theory]
    [InlineData(null, "http://localhost:4466/")]
    [InlineData("127.0.0.1", "http://localhost:4466/")]
    [InlineData("0.0.0.0", "http://localhost:4466/")]
    [InlineData("192.0.2.7", "http://192.0.2.7:4466/")]
    [InlineData("2001:db8::7", "http://[2001:db8::7]:4466/")]
    public void Urls_name_the_host_so_that_clients_know_whether_there_is_tls(string? listen, string expected)
    {
        UpOptions options = Options with { Listen = listen is null ? null : IPAddress.Parse(listen) };

        Assert.Equal(expected, options.PublicOrigin(4466).ToString());
        Assert.Null(options.HttpsOrigin(null));
    }

    [Fact]
    public void With_https_the_address_to_listen_at_is_that_of_https_and_the_own_certificate_is_good_for_it()
    {
        UpOptions options = Options with
        {
            Listen = IPAddress.Parse("192.0.2.7"),
            Https = new UpHttps(4467) { Names = ["db.lan"] },
        };

        Assert.Equal("http://localhost:4466/", options.PublicOrigin(4466).ToString());
        Assert.Equal("https://192.0.2.7:4467/", options.HttpsOrigin(4467)?.ToString());
        Assert.Equal(["db.lan", "192.0.2.7"], options.Edge().Tls!.DevelopmentNames);
    }

    [Theory]
    [InlineData("https://db.example.com:8443", "https://db.example.com:8443/", "https://db.example.com:8443/")]
    [InlineData("http://localhost:8080", "http://localhost:8080/", "https://localhost:4467/")]
    public void A_public_address_goes_before_the_one_that_is_listened_at(string publicUrl, string origin, string httpsOrigin)
    {
        UpOptions options = Options with { PublicUrl = new Uri(publicUrl), Https = new UpHttps(4467) };

        Assert.Equal(origin, options.PublicOrigin(4466).ToString());
        Assert.Equal(httpsOrigin, options.HttpsOrigin(4467)?.ToString());
    }

    [Fact]
    public void The_words_for_the_process_in_the_background_say_all_that_was_said()
    {
        var options = new UpOptions
        {
            Folder = DataFolder.Resolve("/data"),
            HttpPort = 0,
            TcpPort = 5432,
            Listen = IPAddress.Loopback,
            Https = new UpHttps(0) { Names = ["a.lan", "b.lan"] },
            PublicUrl = new Uri("https://db.example.com"),
            ControlStore = "Host=x",
            Sample = false,
            FreezeAfter = TimeSpan.FromSeconds(0.5),
            StopAfter = TimeSpan.FromSeconds(60),
            ZramMebibytes = 4096,
            MaxClass = InstanceClass.Medium,
            GrowAfter = TimeSpan.FromSeconds(20),
            ShrinkAfter = TimeSpan.FromSeconds(400),
            PostgresMajor = 17,
            CacheMebibytes = 64,
            ManagementPort = 4470,
            CacheDisk = "/cache",
            CacheDiskMebibytes = 512,
            StaleOnError = TimeSpan.FromSeconds(30),
        };

        Assert.Equal(
            "up --data /data --http 0 --tcp 5432 --listen 127.0.0.1 --https 0 --tls-name a.lan --tls-name b.lan --public-url https://db.example.com --control-store Host=x --freeze-after 0.5 --zram 4096 --max-class medium --grow-after 20 --shrink-after 400 --postgres 17 --stop-after 60 --cache-memory 64 --cache-disk /cache --cache-disk-size 512 --stale-on-error 30 --management 4470 --no-sample",
            string.Join(' ', options.ToWords())
        );
    }

    [Fact]
    public void Every_limit_that_up_can_change_reaches_the_edge_and_the_words_for_the_background()
    {
        Assert.All(
            UpLimit.All,
            limit =>
            {
                double value = limit.Get(new EdgeOptions()) / 2;
                UpOptions options = Options with { Limits = [(limit, value)] };

                Assert.Equal(value, limit.Get(options.Edge()));
                Assert.EndsWith(
                    $" {limit.Name} {value.ToString(CultureInfo.InvariantCulture)}",
                    string.Join(' ', options.ToWords()),
                    StringComparison.Ordinal
                );
                Assert.All(
                    UpLimit.All.Where(other => other != limit),
                    other => Assert.Equal(other.Get(new EdgeOptions()), other.Get(options.Edge()))
                );
            }
        );
    }

    [Fact]
    public void Where_spans_go_reaches_the_export_and_the_words()
    {
        var collector = new Uri("http://localhost:4318/otlp");
        var otlp = new UpOtlp(collector)
        {
            Ratio = 0.01,
            RequestsPerSecond = 7,
            MetricsEvery = TimeSpan.FromSeconds(30),
        };

        OtlpOptions options = otlp.Options("1.2.3");

        Assert.Equal(
            (collector, "1.2.3", 0.01, 7, TimeSpan.FromSeconds(30)),
            (options.Endpoint, options.Version, options.Ratio, options.RequestsPerSecond, options.MetricsEvery)
        );
        Assert.EndsWith(
            " --otlp-endpoint http://localhost:4318/otlp --otlp-headers /etc/h --otlp-ratio 0.01 --otlp-max-per-second 7 --otlp-metrics-every 30",
            string.Join(' ', (Options with { Otlp = otlp with { HeadersFile = "/etc/h" } }).ToWords()),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Trusted_proxies_reach_the_edge_and_the_words()
    {
        UpOptions options = Options with { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("::1/128")] };

        Assert.Equal(2, options.Edge().TrustedProxies.Count);
        Assert.EndsWith(" --trust-proxy 10.0.0.0/8 --trust-proxy ::1/128", string.Join(' ', options.ToWords()), StringComparison.Ordinal);
    }

    [Fact]
    public void The_words_name_the_certificates_files() =>
        Assert.Equal(
            "--https 443 --tls-cert /c.pem --tls-key /k.pem",
            string.Join(' ', new UpHttps(443) { CertificateFile = "/c.pem", KeyFile = "/k.pem" }.ToWords())
        );

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(UpOptions.CacheMebibytesMin)]
    [InlineData(1024 * 1024)]
    public void Every_size_of_the_cache_that_is_allowed_gives_settings_that_the_edge_takes(int? mebibytes)
    {
        EdgeOptions edge = new UpOptions { Folder = DataFolder.Resolve("/data"), CacheMebibytes = mebibytes }.Edge();

        new ServiceCollection().AddDormouseEdge(edge);

        Assert.Equal((mebibytes ?? 256) * 1024L * 1024, edge.Cache.MaxBytes);
    }

    [Fact]
    public void The_first_run_prints_the_url_and_what_to_paste_and_a_later_one_how_to_make_a_key()
    {
        string first = Text(
            Report with
            {
                Sample = new SampleReport("db_x", "blog", new ConnectionUrls("prisma+postgres://localhost:4466/?api_key=k")),
            }
        );
        string later = Text(Report with { FirstRun = false, Sample = new SampleReport("db_x", "blog", null), Tcp = 5432 });

        Assert.Contains("export DATABASE_URL='prisma+postgres://localhost:4466/?api_key=k'", first, StringComparison.Ordinal);
        Assert.Contains("new PrismaClient({ accelerateUrl: process.env.DATABASE_URL })", first, StringComparison.Ordinal);
        Assert.Contains("./dormouse connection create blog --name my-app", later, StringComparison.Ordinal);
        Assert.Contains("--tcp 5432: noted", later, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:4466", later, StringComparison.Ordinal);
    }

    [Fact]
    public void With_https_it_prints_the_url_for_it_and_how_an_app_trusts_it()
    {
        var urls = new ConnectionUrls("prisma+postgres://localhost:4466/?api_key=k") { Https = "prisma://localhost:4467/?api_key=k" };
        var https = new HttpsStatus("https://localhost:4467") { CertificateFile = "/data/tls/server.pem", CaFile = "/data/tls/ca.pem" };

        string text = Text(Report with { Https = https, Sample = new SampleReport("db_x", "blog", urls) });

        Assert.Contains("prisma://localhost:4467/?api_key=…", text, StringComparison.Ordinal);
        Assert.Contains("  export NODE_EXTRA_CA_CERTS='/data/tls/ca.pem'\n", text, StringComparison.Ordinal);
        Assert.Contains("  Https    prisma://localhost:4467/?api_key=k\n", text, StringComparison.Ordinal);
    }

    private static string Text(UpReport report)
    {
        using var output = new StringWriter();
        UpText.Write(output, report);
        return output.ToString();
    }
}
