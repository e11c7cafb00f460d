using System.Security.Cryptography;
using System.Text;
using Dormouse.Postgres.Wire;

namespace Dormouse.Postgres.Startup;

/// <summary>The answer to a server that asks for the password itself or its MD5 hash (protocol chapter 54.2.1).</summary>
internal static class PasswordReply
{
    public static string ToMd5(ReadOnlySpan<byte> salt, ServerLogin login) => "md5" + Md5(Md5(login.Password + login.User, []), salt);

    /// <exception cref="ServerConnectionException">The server's certificate was not verified.</exception>
    public static string ToClearText(ServerLogin login) =>
        // Whoever shows an unverified certificate, or none, may be anybody.
        login.Tcp
            is { Tls: TlsMode.VerifyCa or TlsMode.VerifyFull }
            ? login.Password
            : throw WireFault.Authentication(
                "the server asks for the password in clear text, which is told only over TLS and to a server whose certificate was verified"
            );

#pragma warning disable CA5351 // What the protocol asks for; MD5 protects nothing here that TLS does not.
    private static string Md5(string text, ReadOnlySpan<byte> salt) =>
        Convert.ToHexStringLower(MD5.HashData([.. Encoding.UTF8.GetBytes(text), .. salt]));
#pragma warning restore CA5351
}
