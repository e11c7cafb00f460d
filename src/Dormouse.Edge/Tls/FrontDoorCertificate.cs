using System.Net.Security;
using Dormouse.Contracts;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Tls;

/// <summary>
/// The certificate that new connections are greeted with. Its files are read now and then; a new pair takes the place of the old one once
/// two reads in a row saw the same bytes and they turned out to be good. Connections that are open keep the one that they began with.
/// A pair that is not good is told once in the log, and the one before stays.
/// </summary>
/// <remarks>One loop writes; handshakes read one volatile field.</remarks>
public sealed partial class FrontDoorCertificate : IDisposable
{
    private static readonly TimeSpan WarningPeriod = TimeSpan.FromDays(1);

    private readonly TlsOptions options;
    private readonly TimeProvider timeProvider;
    private readonly ILogger<FrontDoorCertificate> logger;
    private readonly DevelopmentAuthority? authority;
    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;

    private volatile ServerCertificate? current;
    private CertificatePair? served;
    private CertificatePair? candidate;
    private volatile string? problem;
    private DateTimeOffset warnedAt = DateTimeOffset.MinValue;

    /// <summary>Reads nothing yet: <see cref="Load"/> does.</summary>
    public FrontDoorCertificate(TlsOptions options, TimeProvider timeProvider, ILogger<FrontDoorCertificate> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.timeProvider = timeProvider;
        this.logger = logger;
        authority = options.DevelopmentFolder is null ? null : new DevelopmentAuthority(options, timeProvider, logger);
        CertificateFile = authority?.CertificateFile ?? options.CertificateFile!;
    }

    /// <summary>Where the certificate comes from.</summary>
    public string CertificateFile { get; }

    /// <summary>The development CA's file, for apps; null where the certificate is somebody else's.</summary>
    public string? CaFile => options.CaFile;

    /// <summary>When the certificate ends.</summary>
    public DateTimeOffset Until => Current.Until;

    /// <summary>What a person should see to: new files that cannot be served, or an end that is near. Null: nothing.</summary>
    public string? Problem => problem ?? (IsNearEnd ? EndText : null);

    /// <summary>Names the certificate that is served.</summary>
    internal string Thumbprint => Current.Thumbprint;

    internal TimeSpan HandshakeTimeout => options.HandshakeTimeout;

    internal SslServerAuthenticationOptions Handshake => Current.Handshake;

    internal SslServerAuthenticationOptions EdgeHandshake => Current.EdgeHandshake;

    private ServerCertificate Current => current ?? throw new InvalidOperationException("The certificate was not loaded yet.");

    private string KeyFile => options.KeyFile ?? CertificateFile;

    private bool IsNearEnd
    {
        get
        {
            TimeSpan third = (Current.Until - Current.From) / 3;
            return Current.Until - timeProvider.GetUtcNow() < (third < options.ExpiryWarning ? third : options.ExpiryWarning);
        }
    }

    private string EndText =>
        Current.Until > timeProvider.GetUtcNow()
            ? $"The certificate in '{CertificateFile}' ends at {Current.Until:u}. Put a new one there before."
            : $"The certificate in '{CertificateFile}' ended at {Current.Until:u}, and clients refuse it. Put a new one there.";

    /// <summary>Reads the files for the first time; does nothing when that was done.</summary>
    /// <exception cref="DormouseException">There is no certificate that can be served.</exception>
    public void Load()
    {
        if (current is null)
        {
            authority?.Ensure();
            Serve(CertificatePair.Read(CertificateFile, KeyFile));
            WarnOfEnd();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stopping.Dispose();

    internal void Start()
    {
        Load();
        loop = RunAsync();
    }

    internal async Task StopAsync()
    {
        await stopping.CancelAsync();
        await loop;
    }

    /// <summary>One round of the loop.</summary>
    internal void Check()
    {
        try
        {
            authority?.Ensure();
            Take(CertificatePair.Read(CertificateFile, KeyFile));
        }
        catch (DormouseException failure)
        {
            Refuse(failure);
        }
        WarnOfEnd();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(options.CheckPeriod, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                Check();
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the edge.
        }
    }

    private void Take(CertificatePair pair)
    {
        if (pair.SameAs(served))
        {
            candidate = null;
            problem = null;
        }
        else if (!pair.SameAs(candidate))
        {
            // Whoever writes may be in the middle of it.
            candidate = pair;
        }
        else
        {
            Serve(pair);
            problem = null;
            Log.Replaced(logger, Current.Subject, Current.Until);
        }
    }

    private void Serve(CertificatePair pair)
    {
        current = ServerCertificate.Of(pair, CertificateFile, KeyFile, timeProvider.GetUtcNow());
        served = pair;
        candidate = null;
    }

    private void Refuse(DormouseException failure)
    {
        string text = $"{failure.Code}: {failure.Message} The certificate of before stays, which ends at {Current.Until:u}.";
        if (problem != text)
        {
            problem = text;
            Log.Refused(logger, text);
        }
    }

    private void WarnOfEnd()
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        if (IsNearEnd && now - warnedAt >= WarningPeriod)
        {
            warnedAt = now;
            Log.Ends(logger, now < Current.Until ? LogLevel.Warning : LogLevel.Error, EndText);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4301, LogLevel.Information, "The front door has a new certificate: {Subject}, valid until {Until:u}.")]
        public static partial void Replaced(ILogger logger, string subject, DateTimeOffset until);

        [LoggerMessage(4302, LogLevel.Error, "{Text}")]
        public static partial void Refused(ILogger logger, string text);

        [LoggerMessage(EventId = 4303, Message = "{Text}")]
        public static partial void Ends(ILogger logger, LogLevel level, string text);
    }
}
