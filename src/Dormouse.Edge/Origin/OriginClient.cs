using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dormouse.Contracts;

namespace Dormouse.Edge.Origin;

/// <summary>
/// The connections to the origin: HTTP/2, some for the requests of clients and one of its own for the log, so that a lease never waits
/// behind a large answer. Requests are never sent twice once the origin may have seen them.
/// </summary>
internal sealed class OriginClient : IDisposable
{
    private readonly OriginOptions options;
    private readonly TimeProvider timeProvider;
    private readonly HttpMessageInvoker requests;
    private readonly HttpMessageInvoker questions;

    public OriginClient(OriginOptions options, TimeProvider timeProvider)
    {
        this.options = options;
        this.timeProvider = timeProvider;
        X509ChainPolicy? trust = TrustOf(options.CaFile);
        requests = new HttpMessageInvoker(Handler(trust, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)));
        // A connection that nothing comes through is given up within a lease.
        questions = new HttpMessageInvoker(Handler(trust, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
    }

    /// <summary>Passes a request on; the body of the answer is still to be read.</summary>
    /// <exception cref="DormouseException">The origin cannot be reached, or refuses this edge. It has not begun anything.</exception>
    /// <exception cref="HttpRequestException">What became of the request is not known.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(requests, request, cancellationToken);

    public Task<FollowAnswer> FollowAsync(FollowRequest request, CancellationToken cancellationToken) =>
        AskAsync(EdgeWire.FollowPath, request, EdgeJson.Default.FollowRequest, EdgeJson.Default.FollowAnswer, cancellationToken);

    /// <exception cref="DormouseException">The origin cannot be reached, or says nothing for as long as a connection may take.</exception>
    public async Task<KeyAnswer> FindKeyAsync(string key, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.ConnectTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await AskAsync(
                EdgeWire.KeyPath,
                new KeyQuestion(key),
                EdgeJson.Default.KeyQuestion,
                EdgeJson.Default.KeyAnswer,
                either.Token
            );
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw OriginFailures.Away(late);
        }
    }

    public Uri AddressOf(string pathAndQuery) => new(options.Address, pathAndQuery);

    public void Dispose()
    {
        requests.Dispose();
        questions.Dispose();
    }

    private async Task<TAnswer> AskAsync<TQuestion, TAnswer>(
        string path,
        TQuestion question,
        JsonTypeInfo<TQuestion> questionType,
        JsonTypeInfo<TAnswer> answerType,
        CancellationToken cancellationToken
    )
        where TAnswer : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(path))
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(question, questionType)),
        };
        try
        {
            using HttpResponseMessage response = await SendAsync(questions, request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw OriginFailures.Away(new HttpRequestException($"The origin answered {(int)response.StatusCode}."));
            }
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, answerType, cancellationToken)
                ?? throw OriginFailures.Away(new JsonException("The origin answered null."));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException)
        {
            throw OriginFailures.Away(failure);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMessageInvoker invoker,
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.TryAddWithoutValidation(EdgeWire.TokenHeader, options.Token);
        HttpResponseMessage response;
        try
        {
            response = await invoker.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException failure)
            when (failure.HttpRequestError
                    is HttpRequestError.NameResolutionError
                        or HttpRequestError.ConnectionError
                        or HttpRequestError.SecureConnectionError
                        or HttpRequestError.VersionNegotiationError
            )
        {
            throw OriginFailures.Away(failure);
        }
        // How the handler says that a connection did not come about in time.
        catch (OperationCanceledException failure)
            when (!cancellationToken.IsCancellationRequested && failure.InnerException is TimeoutException)
        {
            throw OriginFailures.Away(failure);
        }
        if (response.Headers.Contains(EdgeWire.RefusedHeader))
        {
            response.Dispose();
            throw OriginFailures.Refused();
        }
        return response;
    }

    private SocketsHttpHandler Handler(X509ChainPolicy? trust, TimeSpan pingDelay, TimeSpan pingTimeout) =>
        new()
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = pingDelay,
            KeepAlivePingTimeout = pingTimeout,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust },
        };

    private static X509ChainPolicy? TrustOf(string? file)
    {
        if (file is null)
        {
            return null;
        }
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            trust.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw OriginFailures.CaFile(file, failure);
        }
        return trust.CustomTrustStore.Count > 0 ? trust : throw OriginFailures.CaFile(file, new CryptographicException("It is empty."));
    }
}
