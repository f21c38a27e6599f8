using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Temoto.Server.Security;

/// <summary>A certificate with its chain and its key, both in PEM. Files that have changed are read again at the next connection; ones that cannot be used leave the certificate as it was, and say so.</summary>
internal sealed class TlsCertificate
{
    private readonly string certificatePath;
    private readonly string keyPath;
    private readonly Action<string> note;
    private readonly Lock gate = new();
    private (DateTime Certificate, DateTime Key) version;
    private SslStreamCertificateContext context;

    /// <exception cref="InputException">The files cannot be used.</exception>
    public TlsCertificate(string certificatePath, string keyPath, Action<string> note)
    {
        this.certificatePath = certificatePath;
        this.keyPath = keyPath;
        this.note = note;
        version = Version();
        context = Read();
    }

    public SslServerAuthenticationOptions Options()
    {
        lock (gate)
        {
            if (Version() is var now && now != version)
            {
                version = now;
                try
                {
                    context = Read();
                    note($"note: {certificatePath} was read again");
                }
                catch (InputException error)
                {
                    note($"note: the certificate stays as it was: {error.Message}");
                }
            }
            return new SslServerAuthenticationOptions { ServerCertificateContext = context };
        }
    }

    private (DateTime Certificate, DateTime Key) Version() => (File.GetLastWriteTimeUtc(certificatePath), File.GetLastWriteTimeUtc(keyPath));

    private SslStreamCertificateContext Read()
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificatePath);
            using var certificate = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            // Some systems do not take a key that is in memory only.
            var own = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
            if (chain.Count > 0)
                chain.RemoveAt(0);
            return SslStreamCertificateContext.Create(own, chain, offline: true);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException("--tls-cert", null, $"{certificatePath} and {keyPath}, which make no certificate with a key", "a certificate and its private key, both in PEM", "check both files");
        }
    }
}
