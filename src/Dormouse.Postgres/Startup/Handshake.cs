using System.Globalization;
using Dormouse.Postgres.Wire;

namespace Dormouse.Postgres.Startup;

/// <summary>
/// Opens a session: start-up message, authentication, parameters, ReadyForQuery (protocol chapter 54.2.1). With
/// <see cref="ServerConnectionOptions.RequireScram"/> nothing is accepted that would let in a server which does not know the secret, nor
/// does the password ever leave. Without, other people's servers may ask for less; <see cref="PasswordReply"/> says what they get.
/// </summary>
internal sealed class Handshake(
    ServerLogin login,
    ServerConnectionOptions options,
    ServerSocket socket,
    SendBuffer send,
    ReceiveBuffer receive
)
{
    // A log-in's messages are small; an impostor gets no more memory than this.
    private const int MessageBytesMax = 64 * 1024;

    private const int AuthenticationOk = 0;
    private const int AuthenticationCleartext = 3;
    private const int AuthenticationMd5 = 5;
    private const int AuthenticationSasl = 10;
    private const int AuthenticationSaslContinue = 11;
    private const int AuthenticationSaslFinal = 12;

    private ScramExchange? scram;
    private bool isBound;
    private bool authenticated;
    private (int ProcessId, int SecretKey) key;

    /// <summary>Returns the key for cancellations.</summary>
    public async ValueTask<(int ProcessId, int SecretKey)> RunAsync()
    {
        receive.MessageBytesMax = MessageBytesMax;
        Requests.Startup(send, login, options);
        await FlushAsync();
        while (!ProcessBuffered())
        {
            if (send.Written.Length > 0)
            {
                await FlushAsync();
            }
            int received = await socket.ReceiveAsync(receive.FreeSpace());
            if (received == 0)
            {
                throw WireFault.Lost("the server closed it during the log-in", null);
            }
            receive.Advance(received);
        }
        receive.MessageBytesMax = options.MessageBytesMax;
        return key;
    }

    private async ValueTask FlushAsync()
    {
        for (ReadOnlyMemory<byte> rest = send.Written; rest.Length > 0; )
        {
            rest = rest[await socket.SendAsync(rest)..];
        }
        send.Release();
    }

    /// <summary>True at ReadyForQuery. What is to be answered stands in the send buffer.</summary>
    private bool ProcessBuffered()
    {
        while (receive.TryRead(out byte type, out ReadOnlySpan<byte> payload))
        {
            switch ((char)type)
            {
                case 'R':
                    Authentication(payload);
                    break;
                case 'E':
                    throw new PostgresException(ErrorFields.Parse(payload));
                case 'K' when authenticated:
                    var reader = new PayloadReader(payload);
                    key = (reader.ReadInt32(), reader.ReadInt32());
                    break;
                case 'Z' when authenticated:
                    return true;
                case 'S' when authenticated: // ParameterStatus: what we depend on was stated at start-up
                case 'N': // NoticeResponse
                    break;
                default:
                    throw WireFault.Protocol($"a message of type 0x{type:x2} came during the log-in");
            }
        }
        return false;
    }

    private void Authentication(ReadOnlySpan<byte> payload)
    {
        if (authenticated)
        {
            throw WireFault.Protocol("authentication began again after its end");
        }
        var reader = new PayloadReader(payload);
        int method = reader.ReadInt32();
        switch (method)
        {
            case AuthenticationOk:
                if (options.RequireScram && scram is not { IsVerified: true } || scram is { IsVerified: false })
                {
                    throw WireFault.Authentication("the server let us in without proving that it knows the secret (RequireScram)");
                }
                RefuseUnboundIfRequired();
                authenticated = true;
                break;
            case AuthenticationCleartext when !options.RequireScram && scram is null:
                RefuseUnboundIfRequired();
                Requests.Password(send, PasswordReply.ToClearText(login));
                break;
            case AuthenticationMd5 when !options.RequireScram && scram is null:
                RefuseUnboundIfRequired();
                Requests.Password(send, PasswordReply.ToMd5(reader.Rest, login));
                break;
            case AuthenticationSasl when scram is null:
                BeginScram(ref reader);
                break;
            case AuthenticationSaslContinue when scram is not null:
                Requests.SaslResponse(send, scram.ClientFinal(reader.Rest));
                break;
            case AuthenticationSaslFinal when scram is not null:
                scram.VerifyServer(reader.Rest);
                break;
            default:
                throw WireFault.Authentication($"the server asks for {NameOf(method)}, only SCRAM-SHA-256 is spoken here");
        }
    }

    private void BeginScram(ref PayloadReader mechanisms)
    {
        bool plain = false;
        bool bound = false;
        for (string mechanism = mechanisms.ReadCString(); mechanism.Length > 0; mechanism = mechanisms.ReadCString())
        {
            plain |= mechanism == ScramExchange.Mechanism;
            bound |= mechanism == ScramExchange.BoundMechanism;
        }
        isBound = bound && socket.ChannelBinding is not null;
        RefuseUnboundIfRequired();
        if (!plain && !isBound)
        {
            throw WireFault.Authentication("the server offers SASL without SCRAM-SHA-256");
        }
        ScramChannel channel = socket.ChannelBinding switch
        {
            null => ScramChannel.Unbound,
            { } certificate => isBound ? ScramChannel.BoundTo(certificate) : ScramChannel.NotOffered,
        };
        scram = new ScramExchange(login.Password, options.ScramIterationsMax, ScramExchange.NewNonce(), channel);
        Requests.SaslInitial(send, isBound ? ScramExchange.BoundMechanism : ScramExchange.Mechanism, scram.ClientFirst());
    }

    private void RefuseUnboundIfRequired()
    {
        if (login.Tcp is { RequireChannelBinding: true } && !isBound)
        {
            throw WireFault.Authentication(
                "channel_binding=require was said, and the server does not bind log-ins to its certificate (SCRAM-SHA-256-PLUS)"
            );
        }
    }

    private static string NameOf(int method) =>
        method switch
        {
            AuthenticationCleartext => "the password in clear text",
            AuthenticationMd5 => "an MD5 password",
            AuthenticationSasl or AuthenticationSaslContinue or AuthenticationSaslFinal => "SASL out of order",
            _ => "authentication method " + method.ToString(CultureInfo.InvariantCulture),
        };
}
