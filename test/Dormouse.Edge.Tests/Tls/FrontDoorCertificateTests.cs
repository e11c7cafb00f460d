using Dormouse.Contracts;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Edge.Tls;
using Dormouse.Testing;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Tests.Tls;

public sealed class FrontDoorCertificateTests : IDisposable
{
    private readonly TestDataFolder folder = new();
    private readonly ManualTimeProvider clock = new();
    private readonly LogLines log = new();
    private readonly (string Certificate, string Key) old = TestCertificates.Make();
    private readonly (string Certificate, string Key) renewed = TestCertificates.Make();
    private readonly FrontDoorCertificate door;

    public FrontDoorCertificateTests()
    {
        Write(old);
        var options = new TlsOptions { CertificateFile = CertificateFile, KeyFile = KeyFile };
        door = new FrontDoorCertificate(options, clock, new Logger<FrontDoorCertificate>(LoggerFactory.Create(to => to.AddProvider(log))));
    }

    private string CertificateFile => folder.Combine("cert.pem");

    private string KeyFile => folder.Combine("key.pem");

    [Fact]
    public void A_new_pair_is_served_once_two_reads_in_a_row_saw_it()
    {
        door.Load();
        Write(renewed);

        door.Check();
        Assert.True(Serves(old));
        door.Check();

        Assert.True(Serves(renewed));
        Assert.Contains("has a new certificate: CN=localhost", log.All, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_whose_key_is_still_to_come_is_never_served()
    {
        door.Load();
        File.WriteAllText(CertificateFile, renewed.Certificate);
        door.Check();
        door.Check();
        Assert.True(Serves(old));
        Assert.Contains("DM4052", door.Problem, StringComparison.Ordinal);

        File.WriteAllText(KeyFile, renewed.Key);
        door.Check();
        door.Check();

        Assert.True(Serves(renewed));
        Assert.Null(door.Problem);
    }

    [Fact]
    public void A_chain_that_ends_between_two_certificates_for_a_moment_is_never_served()
    {
        door.Load();
        string half = renewed.Certificate[..renewed.Certificate.LastIndexOf("-----BEGIN", StringComparison.Ordinal)];
        Write((half, renewed.Key));
        door.Check();
        Write(renewed);
        door.Check();
        Assert.True(Serves(old));

        door.Check();

        Assert.True(Serves(renewed));
        Assert.Single(door.Handshake.ServerCertificateContext!.IntermediateCertificates);
    }

    [Fact]
    public void Bad_files_are_told_once_and_the_certificate_of_before_stays()
    {
        door.Load();
        Write(("nothing", "of use"));
        for (var check = 0; check < 5; check++)
        {
            door.Check();
        }
        File.Delete(CertificateFile);
        door.Check();

        Assert.True(Serves(old));
        Assert.Equal(1, Count("DM4051"));
        Assert.Equal(1, Count("DM4050"));
        Assert.Contains("The certificate of before stays", log.All, StringComparison.Ordinal);

        Write(old);
        door.Check();
        Assert.Null(door.Problem);
    }

    [Fact]
    public void A_certificate_that_begins_later_is_taken_when_its_time_has_come()
    {
        door.Load();
        (string Certificate, string Key) later = TestCertificates.Make(clock.GetUtcNow().AddHours(1), clock.GetUtcNow().AddDays(90));
        Write(later);
        door.Check();
        door.Check();
        Assert.True(Serves(old));
        Assert.Contains("DM4053", door.Problem, StringComparison.Ordinal);

        clock.Advance(TimeSpan.FromHours(2));
        door.Check();

        Assert.True(Serves(later));
        Assert.Null(door.Problem);
    }

    [Fact]
    public void Without_a_certificate_that_can_be_served_there_is_no_start()
    {
        File.Delete(KeyFile);

        var failure = Assert.Throws<DormouseException>(door.Load);

        Assert.Equal("DM4050", failure.Code);
        Assert.Contains(KeyFile, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_end_that_is_near_is_told_once_a_day_and_an_end_that_came_as_an_error()
    {
        door.Load();
        clock.Advance(TimeSpan.FromDays(90 - 14));
        door.Check();
        Assert.Null(door.Problem);
        clock.Advance(TimeSpan.FromMinutes(1));
        for (var hour = 0; hour < 48; hour++)
        {
            door.Check();
            clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Contains("ends at 2030-04-01", door.Problem, StringComparison.Ordinal);
        Assert.Equal(2, Count("Warning"));
        clock.Advance(TimeSpan.FromDays(13));
        door.Check();
        Assert.Contains("clients refuse it", door.Problem, StringComparison.Ordinal);
        Assert.Equal(1, Count("Error"));
    }

    [Fact]
    public void A_certificate_of_few_days_is_warned_of_in_its_last_third()
    {
        Write(TestCertificates.Make(clock.GetUtcNow(), clock.GetUtcNow().AddDays(6)));
        door.Load();
        Assert.Null(door.Problem);

        clock.Advance(TimeSpan.FromDays(4.01));

        Assert.NotNull(door.Problem);
    }

    [Fact]
    public async Task The_loop_looks_by_itself_and_ends_when_it_is_told()
    {
        door.Start();
        Write(renewed);
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            return Serves(renewed);
        });

        await door.StopAsync();
    }

    public void Dispose()
    {
        door.Dispose();
        folder.Dispose();
    }

    private bool Serves((string Certificate, string Key) pair) => door.Thumbprint == TestCertificates.ThumbprintOf(pair.Certificate);

    private int Count(string text) => log.All.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));

    private void Write((string Certificate, string Key) pair)
    {
        File.WriteAllText(CertificateFile, pair.Certificate);
        File.WriteAllText(KeyFile, pair.Key);
    }
}
