using System.Net;
using Microsoft.Extensions.Logging;

namespace Dormouse.Telemetry;

/// <summary>
/// Repeats an export that the collector may take a little later, within bounds, and tells the log when a collector begins to be away and
/// when it is there again. Runs on the exporter's own thread, on which it may wait: the exporter is synchronous.
/// </summary>
internal sealed partial class PatientHandler(string signal, OtlpOptions options, ILogger logger, CancellationToken stopping)
    : DelegatingHandler
{
    private bool isAway;

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            bool mayRepeat = attempt < options.RetriesMax && !stopping.IsCancellationRequested;
            TimeSpan pause = options.RetryPause * Math.Pow(2, attempt) * (0.75 + Random.Shared.NextDouble() / 2);
            try
            {
                HttpResponseMessage answer = base.Send(request, cancellationToken);
                if (!mayRepeat || !IsPassing(answer.StatusCode))
                {
                    Note(answer.IsSuccessStatusCode ? null : $"it answers {(int)answer.StatusCode}");
                    return answer;
                }
                pause = answer.Headers.RetryAfter?.Delta ?? pause;
                answer.Dispose();
            }
            catch (HttpRequestException) when (mayRepeat)
            {
                // The pause is below, for this and for the answers that say to come later.
            }
            catch (HttpRequestException failure)
            {
                Note(failure.Message);
                throw;
            }
            catch (OperationCanceledException)
            {
                Note($"it takes longer than {options.Timeout.TotalSeconds} s");
                throw;
            }
            Wait(pause, cancellationToken);
        }
    }

    // Those of OTLP's specification.
    private static bool IsPassing(HttpStatusCode status) =>
        status
            is HttpStatusCode.TooManyRequests
                or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout;

    private void Wait(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        // No longer than the whole export may take, whatever the collector asks for.
        either.Token.WaitHandle.WaitOne(pause < options.Timeout ? pause : options.Timeout);
        if (cancellationToken.IsCancellationRequested)
        {
            Note("it was not there in time");
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void Note(string? reason)
    {
        if (reason is null == !isAway)
        {
            return;
        }
        isAway = reason is not null;
        if (isAway)
        {
            Log.Away(logger, options.Endpoint, signal, reason!);
        }
        else
        {
            Log.Back(logger, options.Endpoint, signal);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1001,
            LogLevel.Warning,
            "The collector at {Endpoint} does not take {Signal}: {Reason}. What it does not take is lost; requests are not held up."
        )]
        public static partial void Away(ILogger logger, Uri endpoint, string signal, string reason);

        [LoggerMessage(1002, LogLevel.Information, "The collector at {Endpoint} takes {Signal} again.")]
        public static partial void Back(ILogger logger, Uri endpoint, string signal);
    }
}
