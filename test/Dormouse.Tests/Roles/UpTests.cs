using System.Net;
using Dormouse.Contracts.Management;
using Dormouse.Data;
using Dormouse.Edge;
using Dormouse.Roles;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Tests.Roles;

public sealed class UpTests
{
    private static readonly UpReport Report = new("http://127.0.0.1:4466", "/data", 42, true, null, ["ok       cores: 2."]);

    [Theory]
    [InlineData(null, "localhost:4466")]
    [InlineData("127.0.0.1", "localhost:4466")]
    [InlineData("0.0.0.0", "localhost:4466")]
    [InlineData("192.0.2.7", "192.0.2.7:4466")]
    public void Urls_name_the_host_so_that_clients_know_whether_there_is_tls(string? listen, string expected)
    {
        var options = new UpOptions { Folder = DataFolder.Resolve("/data"), Listen = listen is null ? null : IPAddress.Parse(listen) };

        Assert.Equal(expected, options.PublicAddress(4466));
    }

    [Fact]
    public void A_proxys_address_goes_before_the_one_that_is_listened_at() =>
        Assert.Equal(
            "db.example.com:8443",
            new UpOptions { Folder = DataFolder.Resolve("/data"), PublicUrl = new Uri("https://db.example.com:8443") }.PublicAddress(4466)
        );

    [Fact]
    public void The_words_for_the_process_in_the_background_say_all_that_was_said()
    {
        var options = new UpOptions
        {
            Folder = DataFolder.Resolve("/data"),
            HttpPort = 0,
            TcpPort = 5432,
            Listen = IPAddress.Loopback,
            PublicUrl = new Uri("https://db.example.com"),
            ControlStore = "Host=x",
            Sample = false,
            FreezeAfter = TimeSpan.FromSeconds(0.5),
            StopAfter = TimeSpan.FromSeconds(60),
            CacheMebibytes = 64,
            StaleOnError = TimeSpan.FromSeconds(30),
        };

        Assert.Equal(
            "up --data /data --http 0 --tcp 5432 --listen 127.0.0.1 --public-url https://db.example.com --control-store Host=x --freeze-after 0.5 --stop-after 60 --cache-memory 64 --stale-on-error 30 --no-sample",
            string.Join(' ', options.ToWords())
        );
    }

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

    private static string Text(UpReport report)
    {
        using var output = new StringWriter();
        UpText.Write(output, report);
        return output.ToString();
    }
}
