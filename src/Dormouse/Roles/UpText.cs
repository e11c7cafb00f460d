using Dormouse.Commands;
using Dormouse.Contracts.Management;

namespace Dormouse.Roles;

/// <summary>What <c>up</c> prints for a person.</summary>
internal static class UpText
{
    public static void Write(TextWriter output, UpReport report)
    {
        foreach (string line in report.Host)
        {
            output.WriteLine(line);
        }
        if (report.Origin is { } origin)
        {
            output.WriteLine($"An edge of {origin} is up at {report.Http} (process {report.Pid}, data in {report.Data}).");
        }
        else
        {
            output.WriteLine($"Dormouse is up at {report.Http} (process {report.Pid}, data in {report.Data}).");
        }
        if (report.Https is { } https)
        {
            WriteHttps(output, https);
        }
        if (report.Edges is { } edges)
        {
            output.WriteLine($"Edges follow at port {edges}; './dormouse edge add NAME' makes a token for one.");
        }
        if (report.Management is { } management)
        {
            output.WriteLine($"Management and metrics are at {management} alone.");
        }
        if (report.Origin is not null)
        {
            output.WriteLine(
                "Apps use the URLs that the platform hands out, with this edge's host and port. './dormouse down' stops the edge."
            );
            return;
        }
        if (report.Tcp is { } tcp)
        {
            output.WriteLine(
                $"--tcp {tcp}: noted, but nothing listens there yet. Direct PostgreSQL connections come with the TCP gateway."
            );
        }
        if (report.Sample is { Urls: { } urls } made)
        {
            WriteNewSample(output, made, urls);
        }
        else if (report.Sample is { } known)
        {
            output.WriteLine($"The sample database is '{known.Name}' ({known.Id}). Keys are shown once; this makes another:");
            output.WriteLine($"  ./dormouse connection create {known.Name} --name my-app");
        }
        output.WriteLine("'./dormouse db create NAME' makes a database, './dormouse down' stops everything.");
    }

    private static void WriteHttps(TextWriter output, HttpsStatus https)
    {
        output.WriteLine($"Over https: prisma://{new Uri(https.Url).Authority}/?api_key=…");
        if (https.CaFile is { } file)
        {
            output.WriteLine($"The certificate is of this platform's own CA (until {https.ValidUntil:u}); apps trust it with");
            output.WriteLine($"  {UrlText.TrustLine(file)}");
        }
        else if (https.CertificateFile is not null)
        {
            output.WriteLine($"The certificate is that of {https.CertificateFile} (until {https.ValidUntil:u}).");
        }
        if (https.Problem is { } problem)
        {
            output.WriteLine(problem);
        }
    }

    private static void WriteNewSample(TextWriter output, SampleReport sample, ConnectionUrls urls) =>
        output.WriteLine(
            $$"""

            Sample database '{{sample.Name}}' ({{sample.Id}}):
              Prisma   {{urls.Prisma}}{{(urls.Https is { } https && https != urls.Prisma ? $"\n  Https    {https}" : "")}}
              Direct   comes with the TCP gateway
              Console  comes later

            For an app with @prisma/client 7, such as the one in samples/blog:
              export DATABASE_URL='{{urls.Prisma}}'

              import { PrismaClient } from '@prisma/client'
              const prisma = new PrismaClient({ accelerateUrl: process.env.DATABASE_URL })

            The key in the URL is not kept and not shown again; './dormouse connection create {{sample.Name}} --name my-app' makes another.

            """
        );
}
