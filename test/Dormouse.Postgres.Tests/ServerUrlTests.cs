using FsCheck;
using FsCheck.Fluent;

namespace Dormouse.Postgres.Tests;

public sealed class ServerUrlTests
{
    [Fact]
    public void A_URL_is_taken_apart_and_decoded()
    {
        ServerUrl url = ServerUrl.Parse(
            "postgresql://us%40er:p%3Aw%2F%23@db.example.com:6543/my%20db?sslmode=verify-ca&schema=public&connection_limit=7&connect_timeout=3"
                + "&application_name=web&sslrootcert=ca.pem&channel_binding=require"
        );
        Assert.Equal(("us@er", "p:w/#", "db.example.com", 6543, "my db"), (url.User, url.Password, url.Host, url.Port, url.Database));
        Assert.Equal((TlsMode.VerifyCa, 7, TimeSpan.FromSeconds(3)), (url.Tls, url.ConnectionLimit, url.ConnectTimeout));
        Assert.Equal(("web", "ca.pem", true), (url.ApplicationName, url.RootCertificateFile, url.RequireChannelBinding));
        Assert.Empty(url.Notes);
        Assert.Equal("us@er@db.example.com:6543/my db", url.ToString());
        ServerUrl short1 = ServerUrl.Parse(" postgres://a@[::1]/b ");
        Assert.Equal(("::1", 5432, "", TlsMode.VerifyFull), (short1.Host, short1.Port, short1.Password, short1.Tls));
    }

    [Theory]
    [InlineData("", TlsMode.VerifyFull, 0)]
    [InlineData("?sslmode=require", TlsMode.VerifyFull, 0)]
    [InlineData("?sslmode=prefer", TlsMode.VerifyFull, 1)]
    [InlineData("?sslmode=disable", TlsMode.Off, 0)]
    [InlineData("?sslmode=require&sslmode=no-verify", TlsMode.Unverified, 0)]
    [InlineData("?sslaccept=accept_invalid_certs", TlsMode.VerifyFull, 1)]
    [InlineData("?pool_timeout=5&pgbouncer=false&statement_cache_size=0", TlsMode.VerifyFull, 2)]
    [InlineData("?whatever=secret", TlsMode.VerifyFull, 1)]
    public void Verification_is_given_up_only_where_that_is_said(string query, TlsMode mode, int notes)
    {
        ServerUrl url = ServerUrl.Parse("postgres://a:b@c/d" + query);
        Assert.Equal((mode, notes), (url.Tls, url.Notes.Count));
        Assert.All(url.Notes, note => Assert.DoesNotContain("secret", note, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("db.example.com")]
    [InlineData("mysql://a:s3cret@c/d")]
    [InlineData("postgres://a:s3cret@/d")]
    [InlineData("postgres://:s3cret@c/d")]
    [InlineData("postgres://a:s3cret@c")]
    [InlineData("postgres://a:s3cret@c:70000/d")]
    [InlineData("postgres://a:s3#cret@c/d")]
    [InlineData("postgres://a:s3cret@c,e/d")]
    [InlineData("postgres://a:s3cret@c/d?sslmode=s3cret!")]
    [InlineData("postgres://a:s3cret@c/d?pgbouncer=true")]
    [InlineData("postgres://a:s3cret@c/d?sslcert=x")]
    [InlineData("postgres://a:s3cret@c/d?schema=app")]
    [InlineData("postgres://a:s3cret@c/d?options=-c%20x")]
    [InlineData("postgres://a:s3cret@c/d?host=/tmp")]
    [InlineData("postgres://a:s3cret@c/d?connection_limit=0")]
    [InlineData("postgres://a:s3cret@c/d?connect_timeout=61")]
    public void What_cannot_be_used_is_refused_without_showing_the_password(string text)
    {
        FormatException refused = Assert.Throws<FormatException>(() => ServerUrl.Parse(text));
        Assert.DoesNotContain("s3cret@", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_user_password_and_database_are_they_come_back() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<NonEmptyString>(),
                ArbMap.Default.ArbFor<string>(),
                ArbMap.Default.ArbFor<NonEmptyString>(),
                (user, password, database) =>
                {
                    // A lone half of a character has no form in a URL, and a name made of dots or slashes alone none as a path.
                    string[] parts = [user.Get, password ?? "", "d" + database.Get];
                    string[] whole = [.. parts.Select(part => new string([.. part.Where(letter => !char.IsSurrogate(letter))]) + "x")];
                    string[] written = [.. whole.Select(Uri.EscapeDataString)];
                    ServerUrl url = ServerUrl.Parse($"postgres://{written[0]}:{written[1]}@host/{written[2]}?sslmode=disable");
                    return (url.User, url.Password, url.Database) == (whole[0], whole[1], whole[2]);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_brings_the_reader_down() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<string>(),
                text =>
                {
                    foreach (string prefix in (string[])["", "postgres://", "postgres://a:b@c/d?"])
                    {
                        try
                        {
                            ServerUrl.Parse(prefix + text);
                        }
                        catch (FormatException)
                        {
                            // The one way in which it may fail.
                        }
                    }
                }
            )
            .QuickCheckThrowOnFailure();
}
